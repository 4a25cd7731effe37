import type { ConnectionReader, FunctionOnPath } from '@vifkit/engine/connection';
import {
  BridgeMembers,
  type FilterTable,
  HostConnection,
  OpenVSwitchPath,
  type OvsSwitch,
  type Programs,
  VswitchdProbe,
} from '@vifkit/host/parts';
import type { Kernel } from './kernel/kernel.js';
import type { MemoryLinks } from './kernel/memory-links.js';
import type { MemoryPci } from './kernel/memory-pci.js';
import type { MemoryOvs } from './ovs/memory-ovs.js';

/** What an in-memory host has on the paths of VIFs. */
export interface MemoryConnectionParts {
  readonly links: MemoryLinks;
  readonly ovs: MemoryOvs;
  readonly openVSwitch: OvsSwitch;
  readonly filters: FilterTable;
  readonly kernel: Kernel;
  readonly pci: MemoryPci;
  readonly programs: Programs;
}

/** Reads the paths of VIFs on an in-memory host: no guest is connected to a socket. */
export function memoryConnection({
  links,
  ovs,
  openVSwitch,
  filters,
  kernel,
  pci,
  programs,
}: MemoryConnectionParts): ConnectionReader {
  return new HostConnection({
    links,
    bridges: new BridgeMembers(programs),
    filters,
    openVSwitch: new OpenVSwitchPath(openVSwitch.rows, new VswitchdProbe(ovs, undefined), undefined),
    functions: async (addresses) => new Map(addresses.flatMap((address) => functionOf(address, pci, kernel))),
    sockets: async () => new Map(),
    holders: async ({ taps, functions }) => {
      const open = taps.filter((tap) => kernel.links.get(tap)?.tap?.isOpen);
      return new Map([...open.map((tap) => [tap, 'a guest'] as const), ...pci.guestsOf(functions)]);
    },
  });
}

function functionOf(address: string, pci: MemoryPci, kernel: Kernel): [string, FunctionOnPath][] {
  const place = pci.virtualFunctions.get(address);
  if (!place) return pci.isThere(address) ? [[address, { driver: undefined }]] : [];
  const driver = pci.guestsOf([address]).size > 0 ? 'vfio-pci' : undefined;
  const { vf } = kernel.functions.find((each) => each.address === address) ?? {};
  return [[address, { driver, ...(vf && { vf: { pf: place.pf, mac: vf.mac, vlan: vf.vlan } }) }]];
}
