import type { HostFacts, Representor, VirtualFunction } from '@vifkit/core';

/** A virtual function, with its representor if the card is in switchdev mode, and its vDPA device if it has one. */
interface MemoryVirtualFunction extends VirtualFunction {
  readonly representor?: Omit<Representor, 'index'>;
  /** As in `/dev/vhost-vdpa-0`. */
  readonly vdpaDevice?: string;
}

/**
 * PCI functions by address: an SR-IOV virtual function, or else the network device of a function; '' for one
 * that has none.
 */
export type PciFunctions = Readonly<Record<string, string | MemoryVirtualFunction>>;

/** The PCI functions of a host in memory. */
export class MemoryPci
  implements Pick<HostFacts, 'pciNetDevice' | 'virtualFunction' | 'representor' | 'vdpaDevice'>
{
  readonly #functions: PciFunctions;

  constructor(functions: PciFunctions) {
    this.#functions = functions;
  }

  /** The addresses of the virtual functions. */
  get virtualFunctions(): string[] {
    return Object.keys(this.#functions).filter((address) => typeof this.#functions[address] === 'object');
  }

  /** The names of all network devices that the functions have: each is a link. */
  get netDevices(): string[] {
    const names = Object.values(this.#functions).flatMap((each) =>
      typeof each === 'string' ? each : [each.pf, each.netDevice ?? '', each.representor?.netDevice ?? ''],
    );
    return [...new Set(names)].filter((name) => name !== '');
  }

  /** The network device of a function, if it has one. */
  netDeviceOf(address: string): string | undefined {
    const found = this.#functions[address];
    return (typeof found === 'string' ? found : found?.netDevice) || undefined;
  }

  async pciNetDevice(address: string): Promise<string | undefined> {
    return this.netDeviceOf(address);
  }

  async virtualFunction(address: string): Promise<VirtualFunction | undefined> {
    const found = this.#functions[address];
    if (typeof found !== 'object') return undefined;
    const { representor, vdpaDevice, ...virtualFunction } = found;
    return virtualFunction;
  }

  async vdpaDevice(address: string): Promise<string | undefined> {
    const found = this.#functions[address];
    return typeof found === 'object' ? found.vdpaDevice : undefined;
  }

  async representor(address: string): Promise<Representor | undefined> {
    const found = this.#functions[address];
    if (typeof found !== 'object' || !found.representor) return undefined;
    return { ...found.representor, index: found.index };
  }
}
