import {
  type LegacyDriver,
  legacyDriver,
  type Plan,
  type PlanContext,
  type PluginPackage,
} from '@vifkit/core';
import { type DeviceBackend, deviceName, type NetworkVif } from '@vifkit/core/nova';
import type { CustomStep } from '@vifkit/core/steps';
import { describe, expect, it } from 'vitest';
import { type Kept, runConformance } from '../../../src/conformance/index.js';

/** A tap that the plug makes, and settings of its port behind a vendor's API: done right. */
class Ports implements LegacyDriver {
  static readonly settled = new Set<string>();

  config(vif: NetworkVif): DeviceBackend {
    return { type: 'ethernet', target: deviceName(vif), managed: false, bandwidth: false };
  }

  plug(vif: NetworkVif, { tap: { multiQueue } }: PlanContext): Plan {
    return [
      { kind: 'link', name: deviceName(vif), create: { type: 'tap', multiQueue }, set: { up: true } },
      { ...this.#step(vif, true), settlesPort: true },
    ];
  }

  unplug(vif: NetworkVif): Plan {
    return [this.#step(vif, false), { kind: 'linkAbsent', name: deviceName(vif), type: 'tap', own: true }];
  }

  #step({ id }: NetworkVif, isSettled: boolean): CustomStep {
    const put = async (settled: boolean) => {
      if (settled) Ports.settled.add(id);
      else Ports.settled.delete(id);
    };
    return {
      kind: 'custom',
      name: `${isSettled ? '' : 'no '}settings of ${id}`,
      isDone: async () => Ports.settled.has(id) === isSettled,
      apply: () => put(isSettled),
      undo: () => put(!isSettled),
    };
  }
}

/** The promises that it breaks. */
async function broken(driver: new () => Ports): Promise<string[]> {
  class Declared extends driver {}
  legacyDriver({ type: 'ports' })(Declared);
  const plugins: PluginPackage = { name: '@acme/ports', provides: [Declared] };
  const vif = {
    id: 'dc065497-3c8d-4f44-8fb4-e1d33c16a536',
    type: 'ports',
    address: 'fa:16:3e:83:fe:fc',
    devname: 'tapdc065497-3c',
    details: { isolated: true },
  };
  const found: Kept[] = [];
  const vendor = () => {
    Ports.settled.clear();
    return {};
  };
  const requests = [{ id: 'a port', vif, instance: { uuid: 'f0000000-0000-0000-0000-000000000001' } }];
  for await (const each of runConformance({ plugins, requests, vendor })) found.push(each);
  return found
    .filter(({ outcome }) => outcome === 'broken')
    .map(({ promise, reason }) => `${promise}: ${reason}`);
}

let asked = 0;

/** Drivers whose guest's device is wrong. */
const mutants: Readonly<Record<string, new () => Ports>> = {
  'throws in config': class extends Ports {
    override config(): never {
      throw new Error('no such port');
    }
  },
  'returns nothing': class extends Ports {
    override config(): DeviceBackend {
      return undefined as never;
    }
  },
  'returns a type that there is not': class extends Ports {
    override config(vif: NetworkVif): DeviceBackend {
      return { ...super.config(vif), type: 'ether' } as never;
    }
  },
  'names no link': class extends Ports {
    override config(): DeviceBackend {
      return { type: 'ethernet', managed: false, bandwidth: false } as never;
    }
  },
  'names another link each time': class extends Ports {
    override config(vif: NetworkVif): DeviceBackend {
      asked += 1;
      return { type: 'bridge', bridge: `br${asked}`, target: deviceName(vif), bandwidth: false };
    }
  },
  'returns what JSON cannot express': class extends Ports {
    override config(vif: NetworkVif): DeviceBackend {
      return { type: 'bridge', bridge: 'br0', target: deviceName(vif), mtu: Number.NaN, bandwidth: false };
    }
  },
  'changes something in config': class extends Ports {
    override config(vif: NetworkVif): DeviceBackend {
      Ports.settled.add(vif.id);
      return super.config(vif);
    }
  },
  'lets libvirt make the tap that it makes': class extends Ports {
    override config(vif: NetworkVif): DeviceBackend {
      return { type: 'ethernet', target: deviceName(vif), bandwidth: false };
    }
  },
  'makes no tap, and has libvirt open one': class extends Ports {
    override plug(): Plan {
      return [];
    }
    override unplug(): Plan {
      return [];
    }
  },
  'makes a tap for several queues, and configures one': class extends Ports {
    override config(vif: NetworkVif): DeviceBackend {
      return {
        type: 'ethernet',
        target: deviceName(vif),
        managed: false,
        multiQueue: false,
        bandwidth: false,
      };
    }
  },
};

describe('a legacy driver', () => {
  it('keeps all promises without fault, and its steps may settle the port', async () => {
    expect(await broken(Ports)).toEqual([]);
  });

  it.each(Object.entries(mutants))('breaks one where it %s', async (_, mutant) => {
    expect(await broken(mutant)).not.toEqual([]);
  });
});
