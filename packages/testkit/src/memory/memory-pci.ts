import type { HostFacts, VirtualFunction } from '@vifkit/core';

/**
 * PCI functions by address: an SR-IOV virtual function, or else the network device of a function; '' for one
 * that has none.
 */
export type PciFunctions = Readonly<Record<string, string | VirtualFunction>>;

/** The PCI functions of a host in memory. */
export class MemoryPci implements Pick<HostFacts, 'pciNetDevice' | 'virtualFunction'> {
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
      typeof each === 'string' ? each : [each.pf, each.netDevice ?? ''],
    );
    return [...new Set(names)].filter((name) => name !== '');
  }

  async pciNetDevice(address: string): Promise<string | undefined> {
    const found = this.#functions[address];
    return (typeof found === 'string' ? found : found?.netDevice) || undefined;
  }

  async virtualFunction(address: string): Promise<VirtualFunction | undefined> {
    const found = this.#functions[address];
    return typeof found === 'string' ? undefined : found;
  }
}
