import { isSameVif, isVifError, type Logger, type PluginPackage, silentLogger } from '@vifkit/core';
import { idOfVif } from '@vifkit/core/internal';
import type { VIFBase } from '@vifkit/core/os-vif';
import type { StepRunner } from '@vifkit/core/step-kinds';
import { type Step, stepTarget } from '@vifkit/core/steps';
import { createVifDriver, type Host, type VifDriver } from '@vifkit/engine';
import type { Point } from '../memory/kernel/points.js';
import { type MemoryHost, type MemoryHostOptions, memoryHost } from '../memory/memory-host.js';
import type { ConformanceRequest } from './conformance-request.js';
import { outstanding } from './ledger.js';
import { RecordedGuest } from './recorded-guest.js';
import type { VendorState } from './vendor-state.js';
import { Watch } from './watch.js';

/** The keys of a conformance request that are passed to a driver. The other keys are for `host`. */
const requestKeys = ['id', 'flavor', 'image', 'host', 'firewall', 'routing'];

/** A request for a driver, about which the suite knows nothing else. */
export interface PlainRequest {
  readonly id?: string;
  readonly vif: unknown;
  readonly instance: unknown;
}

/** What the suite is given, for all requests. */
export interface Setting {
  readonly plugins: readonly PluginPackage[];
  readonly options: Readonly<Record<string, object>>;
  readonly vendor?: ((request: ConformanceRequest) => VendorState | Promise<VendorState>) | undefined;
}

/** A request with everything needed to run it repeatedly. */
export class Fixture {
  readonly request: PlainRequest;
  readonly leaves: readonly string[];

  constructor(
    readonly setting: Setting,
    readonly given: ConformanceRequest,
    readonly hostOptions: MemoryHostOptions,
  ) {
    const { vif, instance, leaves = [] } = given;
    const others = requestKeys.filter((key) => given[key] !== undefined).map((key) => [key, given[key]]);
    this.request = { vif, instance, ...Object.fromEntries(others) };
    this.leaves = leaves;
  }

  get plugins(): readonly PluginPackage[] {
    return this.setting.plugins;
  }

  get options(): Readonly<Record<string, object>> {
    return this.setting.options;
  }

  /** The same for another request of the same host. */
  with(request: PlainRequest): Fixture {
    return new Fixture(this.setting, { ...this.given, ...request }, this.hostOptions);
  }

  /** A host as the request's case wants it, and a driver for it. */
  async start(): Promise<Bench> {
    const vendor = await this.setting.vendor?.(this.given);
    const commands = { ...this.hostOptions.commands, ...vendor?.commands };
    return new Bench(this, memoryHost({ ...this.hostOptions, commands }), vendor);
  }

  /** The os-vif object that the request's VIF is, or converts to. */
  get object(): VIFBase | undefined {
    const { plugins, options } = this;
    const driver = createVifDriver({ host: memoryHost(), guests: new RecordedGuest(), plugins, options });
    return driver.convert(this.request);
  }

  /** A host on which the VIF is plugged. */
  async startPlugged(): Promise<Bench> {
    const bench = await this.start();
    await bench.driver.plug(this.request);
    return bench;
  }

  /** Whether the vendor's state can be seen. */
  async seesVendor(): Promise<boolean> {
    return (await this.start()).vendor?.snapshot !== undefined;
  }

  /** What a plug does to the host, in order. */
  async plugPoints(): Promise<readonly Point[]> {
    return (await this.startPlugged()).host.points;
  }

  /** What an unplug does to the host afterwards. */
  async unplugPoints(): Promise<readonly Point[]> {
    const { host, driver } = await this.startPlugged();
    const plugged = host.points.length;
    await driver.unplug(this.request);
    return host.points.slice(plugged);
  }

  /** The names of what must be there after the unplug at most. */
  get mayStay(): Set<string> {
    return new Set([...namesOn(memoryHost(this.hostOptions)), ...this.leaves]);
  }
}

/** A host with a driver, and everything that can be observed of them. */
export class Bench {
  readonly host: MemoryHost;
  readonly watch: Watch;
  readonly driver: VifDriver;
  readonly guest = new RecordedGuest();
  /** What was logged as a failure. */
  readonly failures: string[] = [];
  readonly #logger: Logger = {
    ...silentLogger,
    warn: (fields, message) => this.failures.push(`${message} ${JSON.stringify(fields)}`),
  };

  constructor(
    readonly fixture: Fixture,
    private readonly whole: MemoryHost,
    readonly vendor: VendorState | undefined,
  ) {
    this.host = plansAlone(whole);
    this.watch = new Watch(this.host);
    this.driver = this.anotherDriver(this.watch);
  }

  /** A driver on the same host, like that of another process. */
  anotherDriver(watch = this.watch): VifDriver {
    const { plugins, options } = this.fixture;
    const given = [options, ...(this.vendor?.options ? [this.vendor.options] : [])];
    return createVifDriver({
      host: withoutClose(this.host),
      guests: this.guest,
      logger: this.#logger,
      plugins: plugins.map((each) => watch.over(each)),
      options: given.map((each) => ({ options: each })),
    });
  }

  /** Everything that plugs change: the host, and what vendors' tools and custom steps do elsewhere. */
  async state(): Promise<{ readonly host: unknown; readonly vendor: unknown }> {
    return { host: this.host.snapshot(), vendor: await this.vendorState() };
  }

  /** The vendor's state, or the commands that would undo what was done there. */
  async vendorState(): Promise<unknown> {
    if (this.vendor?.snapshot) return structuredClone(await this.vendor.snapshot());
    const plugs = this.watch.plans.filter(({ operation }) => operation === 'plug').map(({ plan }) => plan);
    return outstanding(this.host.commands.log, plugs);
  }

  /** What still carries the VIF's mark, as a later garbage collection would find it. */
  async marked(): Promise<string[]> {
    const id = idOfVif(this.fixture.request.vif);
    const { signal } = new AbortController();
    const found = await Promise.all(this.whole.runners.map((runner) => runner.findOwned?.(signal) ?? []));
    return found.flat().flatMap((each) => {
      if (isVifError(each)) return [each.message];
      const isOurs = each.vifId !== undefined && isSameVif(each.vifId, String(id));
      return isOurs ? [`${stepTarget(each.step)} (${each.step.kind})`] : [];
    });
  }

  /** The steps for which a plug would write now, commands apart: they run whenever they are planned. */
  async wanting(): Promise<Step[]> {
    const { steps } = await this.driver.plan(this.fixture.request);
    return steps.filter(({ step, writes }) => writes && step.kind !== 'command').map(({ step }) => step);
  }
}

/** A host on which nothing is found by its mark: what a plugin's plans leave behind is left there. */
function plansAlone(host: MemoryHost): MemoryHost {
  const runners = host.runners.map(
    (runner): StepRunner => ({
      kinds: runner.kinds,
      ...(runner.oneByOne !== undefined && { oneByOne: runner.oneByOne }),
      inspect: (...args) => runner.inspect(...args),
      apply: (...args) => runner.apply(...args),
      undo: (...args) => runner.undo(...args),
    }),
  );
  return Object.create(host, { runners: { value: runners } });
}

function withoutClose(host: MemoryHost): Host {
  return Object.create(host, { close: { value: async () => {} } });
}

/** The names of all links, bridges and ports. */
export function namesOn(host: MemoryHost): string[] {
  const { links, ovs } = host.snapshot();
  return [links, ovs.bridges, ovs.ports].flatMap((part) => Object.keys(part));
}

/** What was written after the first writes; vendors' commands apart, which run whenever they are planned. */
export function writesSince(host: MemoryHost, first: number): Point[] {
  return host.writes.slice(first).filter(({ part }) => part !== 'commands');
}
