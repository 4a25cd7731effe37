import type { GuestConfigurator, PluginPackage, VIFBase } from '@vifkit/core';
import type { StepRunner } from '@vifkit/core/steps';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { type MemoryHost, type MemoryHostOptions, memoryHost } from '../memory/memory-host.js';
import type { Point } from '../memory/points.js';
import type { ConformanceRequest } from './conformance-request.js';

/** No test here asks for a guest's device. */
const noGuests: GuestConfigurator = {
  forObject: () => ({ toXml: () => '' }),
  forBackend: () => ({ toXml: () => '' }),
};

/** What a driver is given of a conformance request. The other keys are for `host`, and are no request's. */
const requestKeys = ['id', 'flavor', 'image', 'host', 'firewall', 'routing'];

/** A host as the request's case wants it, and a driver for it. */
export interface Bench {
  readonly host: MemoryHost;
  readonly driver: VifDriver;
}

/** A request with all that it takes to run it, as often as one likes. */
export class Fixture {
  readonly request: ConformanceRequest;
  readonly #leaves: readonly string[];

  constructor(
    readonly plugins: readonly PluginPackage[],
    readonly options: Readonly<Record<string, object>>,
    given: ConformanceRequest,
    readonly hostOptions: MemoryHostOptions,
  ) {
    const { vif, instance, leaves = [] } = given;
    const others = requestKeys.filter((key) => given[key] !== undefined).map((key) => [key, given[key]]);
    this.request = { vif, instance, ...Object.fromEntries(others) };
    this.#leaves = leaves;
  }

  start(): Bench {
    const host = plansAlone(memoryHost(this.hostOptions));
    const { plugins, options } = this;
    return { host, driver: createVifDriver({ host, guests: noGuests, plugins, options }) };
  }

  /** The os-vif object that the request's VIF is, or converts to. */
  get object(): VIFBase | undefined {
    return this.start().driver.convert(this.request);
  }

  /** A host on which the VIF is plugged. */
  async startPlugged(): Promise<Bench> {
    const bench = this.start();
    await bench.driver.plug(this.request);
    return bench;
  }

  /** What a plug does to the host, in order. */
  async plugPoints(): Promise<readonly Point[]> {
    const { host } = await this.startPlugged();
    return host.points;
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
    return new Set([...namesOn(memoryHost(this.hostOptions)), ...this.#leaves]);
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

/** The names of all links, bridges and ports. */
export function namesOn(host: MemoryHost): string[] {
  const { links, ovs } = host.snapshot();
  return [links, ovs.bridges, ovs.ports].flatMap((part) => Object.keys(part));
}

/** What was written after the first writes; vendors' commands apart, which run whenever they are planned. */
export function writesSince(host: MemoryHost, first: number): Point[] {
  return host.writes.slice(first).filter(({ part }) => part !== 'commands');
}
