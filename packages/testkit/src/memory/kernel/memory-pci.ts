import type { Representor, VirtualFunction } from '@vifkit/core';

/** A virtual function, with its representor if the card is in switchdev mode, and its vDPA device if it has one. */
interface MemoryVirtualFunction extends VirtualFunction {
  readonly representor?: Omit<Representor, 'index'>;
  /** As in `/dev/vhost-vdpa-0`. */
  readonly vdpaDevice?: string;
  /** The guest that has it open through VFIO, as in `qemu-system-x86 (process 4711)`. */
  readonly openBy?: string;
}

/**
 * PCI functions by address: an SR-IOV virtual function, or the network device of a function; '' for one that has none.
 */
export type PciFunctions = Readonly<Record<string, string | MemoryVirtualFunction>>;

const DEVICES = '/sys/bus/pci/devices';

/** The PCI functions of an in-memory host, and their sysfs files. They may change during the host's lifetime. */
export class MemoryPci {
  readonly #functions: PciFunctions;

  constructor(functions: PciFunctions) {
    this.#functions = functions;
  }

  /** The virtual functions, by their addresses. */
  get virtualFunctions(): ReadonlyMap<string, VirtualFunction> {
    return new Map(
      Object.entries(this.#functions).flatMap(([address, each]): [string, VirtualFunction][] =>
        typeof each === 'string' ? [] : [[address, each]],
      ),
    );
  }

  /** The names of all network devices that the functions have: each is a link. */
  get netDevices(): string[] {
    return netDevicesOf(this.#functions);
  }

  isThere(address: string): boolean {
    return address in this.#functions;
  }

  /** The guests that have functions open, by the addresses of these. */
  guestsOf(addresses: readonly string[]): ReadonlyMap<string, string> {
    const given = new Map(
      Object.entries(this.#functions).flatMap(([address, each]): [string, string][] =>
        typeof each === 'string' || each.openBy === undefined ? [] : [[address.toLowerCase(), each.openBy]],
      ),
    );
    return new Map(
      addresses.flatMap((address): [string, string][] => {
        const guest = given.get(address.toLowerCase());
        return guest === undefined ? [] : [[address.toLowerCase(), guest]];
      }),
    );
  }

  names(path: string): string[] {
    return this.#tree.folders.get(path) ?? [];
  }

  target(path: string): string | undefined {
    return this.#tree.links.get(path);
  }

  /** Without symbolic links; undefined if there is nothing. */
  resolve(path: string): string | undefined {
    const { links, folders } = this.#tree;
    const target = links.get(path);
    if (target !== undefined) return `${DEVICES}/${target.replace('../', '')}`;
    return folders.has(path) ? path : undefined;
  }

  /** The switch that a network device is a port of, and which of its ports. */
  portOf(device: string): SwitchPort {
    return this.#tree.ports.get(device) ?? { switchId: '', name: '' };
  }

  get #tree(): Tree {
    return new Tree(this.#functions);
  }
}

interface SwitchPort {
  readonly switchId: string;
  readonly name: string;
}

/** Folders with the names in them, symbolic links, and ports of switches. */
class Tree {
  readonly folders = new Map<string, string[]>();
  readonly links = new Map<string, string>();
  readonly ports = new Map<string, SwitchPort>();

  constructor(functions: PciFunctions) {
    for (const [address, each] of Object.entries(functions)) {
      const folder = this.#folder(address);
      if (typeof each === 'object') this.#putFunction(folder, address, each, addressOf(each.pf, functions));
      else if (each !== '') this.#put(`${folder}/net`, each);
    }
  }

  #putFunction(
    own: string,
    address: string,
    { pf, index, netDevice, representor, vdpaDevice }: MemoryVirtualFunction,
    pfAddress: string,
  ): void {
    const above = this.#folder(pfAddress);
    this.#put(`${above}/net`, pf);
    this.#put(above, `virtfn${index}`);
    this.links.set(`${above}/virtfn${index}`, `../${address.toLowerCase()}`);
    this.links.set(`${own}/physfn`, `../${pfAddress}`);
    if (netDevice !== undefined) this.#put(`${own}/net`, netDevice);
    if (vdpaDevice !== undefined) {
      this.#put(own, 'vdpa0');
      this.#put(`${own}/vdpa0`, vdpaDevice.replace('/dev/', ''));
    }
    if (!representor) return;
    const [, number] = /\.(\d+)$/.exec(pfAddress) ?? [];
    this.ports.set(pf, { switchId: pfAddress, name: `p${number}` });
    if (representor.netDevice === undefined) return;
    this.ports.set(representor.netDevice, { switchId: pfAddress, name: `pf${number}vf${index}` });
  }

  #folder(address: string): string {
    const path = `${DEVICES}/${address.toLowerCase()}`;
    if (!this.folders.has(path)) this.folders.set(path, []);
    return path;
  }

  #put(folder: string, name: string): void {
    const names = this.folders.get(folder) ?? [];
    if (!names.includes(name)) names.push(name);
    this.folders.set(folder, names);
  }
}

function netDevicesOf(functions: PciFunctions): string[] {
  const names = Object.values(functions).flatMap((each) =>
    typeof each === 'string' ? each : [each.pf, each.netDevice ?? '', each.representor?.netDevice ?? ''],
  );
  return [...new Set(names)].filter((name) => name !== '');
}

/** The address of the function whose network device this is; made up if it was not given. */
function addressOf(pf: string, functions: PciFunctions): string {
  const all = Object.entries(functions);
  const named = all.find(([, each]) => each === pf)?.[0];
  if (named !== undefined) return named;
  for (const [, each] of all) {
    if (typeof each === 'object' && each.pf === pf && each.representor) return each.representor.pfAddress;
  }
  return `0000:fe:${netDevicesOf(functions).indexOf(pf).toString(16).padStart(2, '0')}.0`;
}
