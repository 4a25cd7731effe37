import type { GuestConfigurator } from '@vifkit/core/nova';
import { type Step, stepTarget } from '@vifkit/core/steps';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { type MemoryHost, memoryHost } from '@vifkit/testkit';
import { builtInPlugins } from '../../../packages/cli/src/plugins/load-plugins.js';
import type { Case } from './cases.js';
import { type FaultyHost, faultyHost } from './faulty-host.js';
import { VENDOR_LINK, VendorSwitch } from './vendor-switch.js';

const plugins = await builtInPlugins();

/** No test here asks for a guest's device. */
const guests: GuestConfigurator = {
  forObject: () => ({ toXml: () => '' }),
  forBackend: () => ({ toXml: () => '' }),
};

/** A host on which steps go wrong, and a VIF for it. */
export interface Subject {
  readonly of: Pick<Case, 'name' | 'request'>;
  readonly host: FaultyHost;
  readonly driver: VifDriver;
  /** What is there that an unplug must not leave. */
  leftOvers(): readonly string[] | Promise<readonly string[]>;
  /** Of that, what gc must not leave either. What a vendor's tool has made goes by that tool alone, with an unplug. */
  marked(): readonly string[] | Promise<readonly string[]>;
}

/** A host in memory on which steps go wrong, with all plugins. */
export class Bench implements Subject {
  readonly vendors = new VendorSwitch();
  readonly memory: MemoryHost;
  readonly host: FaultyHost;
  readonly driver: VifDriver;
  readonly #bare: string[];

  constructor(readonly of: Case) {
    this.memory = memoryHost({ ...of.host, commands: this.vendors.endings });
    this.host = faultyHost(this.memory);
    const { host } = this;
    this.driver = createVifDriver({ host, guests, plugins, ...(of.options && { options: of.options }) });
    this.#bare = this.things();
  }

  static async plugged(of: Case): Promise<Bench> {
    const bench = new Bench(of);
    await bench.driver.plug(of.request);
    return bench;
  }

  /** All of the host that a call may change. */
  state() {
    return { ...this.memory.snapshot(), vendors: this.vendors.made };
  }

  /** The names of all that there is, with the settings of virtual functions. */
  things(): string[] {
    const { links, ovs, filters, vfs, vfJournal } = this.memory.snapshot();
    const named = { link: links, bridge: ovs.bridges, port: ovs.ports, filter: filters, record: vfJournal };
    return [
      ...Object.entries(named).flatMap(([kind, those]) =>
        Object.keys(those).map((name) => `${kind} ${name}`),
      ),
      ...Object.entries(vfs).map(([address, settings]) => `function ${address} ${JSON.stringify(settings)}`),
      ...this.vendors.made.map((what) => `vendor's ${what}`),
    ];
  }

  leftOvers(): string[] {
    const mayStay = (this.of.leaves ?? []).flatMap((name) => [
      `link ${name}`,
      `bridge ${name}`,
      `port ${name}`,
    ]);
    return this.things().filter((thing) => !this.#bare.includes(thing) && !mayStay.includes(thing));
  }

  marked(): string[] {
    const vendors = Object.values(this.memory.links.snapshot()).flatMap(({ name, type }) =>
      type === VENDOR_LINK ? `link ${name}` : [],
    );
    return this.leftOvers().filter((thing) => !thing.startsWith('vendor') && !vendors.includes(thing));
  }
}

/** How a step is called in a message. */
export const titleOf = (step: Step | undefined) => (step ? `${step.kind} ${stepTarget(step)}` : 'no step');
