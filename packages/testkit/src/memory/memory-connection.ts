import type { Leg } from '@vifkit/core/connection';
import type { ConnectionReader, FunctionOnPath, OpenVSwitchOnPath } from '@vifkit/engine/connection';
import { type FilterTable, HostConnection } from '@vifkit/host/parts';
import type { Kernel } from './kernel/kernel.js';
import type { MemoryLinks } from './kernel/memory-links.js';
import type { PciFunctions } from './kernel/memory-pci.js';
import type { MemoryOvs } from './ovs/memory-ovs.js';

/** What a host in memory has on the ways of VIFs. */
export interface MemoryConnectionParts {
  readonly links: MemoryLinks;
  readonly ovs: MemoryOvs;
  readonly filters: FilterTable;
  readonly kernel: Kernel;
  readonly pci: PciFunctions;
}

/** Reads the ways of VIFs on a host in memory: no guest is connected to a socket, and none has a function. */
export function memoryConnection({
  links,
  ovs,
  filters,
  kernel,
  pci,
}: MemoryConnectionParts): ConnectionReader {
  return new HostConnection({
    links,
    filters,
    openVSwitch: { read: async (legs) => openVSwitchOf(ovs, legs) },
    functions: async (addresses) => new Map(addresses.flatMap((address) => functionOf(address, pci, kernel))),
    sockets: async () => new Map(),
    holders: async ({ taps }) => {
      const open = taps.filter((tap) => kernel.links.get(tap)?.tap?.isOpen);
      return new Map(open.map((tap) => [tap, 'a guest']));
    },
  });
}

function functionOf(address: string, pci: PciFunctions, kernel: Kernel): [string, FunctionOnPath][] {
  const found = pci[address];
  if (found === undefined) return [];
  const [vf, driver] = [kernel.functions.find((each) => each.address === address)?.vf, undefined];
  if (typeof found === 'string' || !vf) return [[address, { driver }]];
  return [[address, { driver, vf: { pf: found.pf, mac: vf.mac, vlan: vf.vlan } }]];
}

function openVSwitchOf(ovs: MemoryOvs, legs: readonly Leg[]): OpenVSwitchOnPath {
  const { bridges, ports } = ovs.snapshot();
  const ids = new Set(legs.flatMap((leg) => (leg.kind === 'ovsPort' ? (leg.interfaceId ?? []) : [])));
  const carriers = Object.entries(ports).filter(([, port]) => port.interface?.type !== 'patch');
  return {
    bridges: new Map(
      Object.entries(bridges).map(([name, { datapathType }]) => [
        name,
        { datapathType: datapathType || 'system', error: ports[name]?.interface?.error },
      ]),
    ),
    ports: new Map(
      Object.entries(ports).map(([name, { bridge, tag, trunks = [], interface: its }]) => [
        name,
        {
          ...{ bridge, tag, trunks, type: its?.type ?? '' },
          ...{ ofport: its?.ofport, error: its?.error, adminState: 'up', linkState: linkStateOf(its?.type) },
          ...{ externalIds: its?.externalIds ?? {}, options: its?.options ?? {} },
        },
      ]),
    ),
    byInterfaceId: new Map(
      [...ids].map((id) => [
        id,
        carriers.filter(([, port]) => port.interface?.externalIds['iface-id'] === id).map(([name]) => name),
      ]),
    ),
  };
}

/** No guest has connected to a socket. */
function linkStateOf(type = ''): string {
  return type.startsWith('dpdk') ? 'down' : 'up';
}
