import { basename, join } from 'node:path';
import type { Representor } from '@vifkit/core';
import { hostKernelFiles, type KernelFiles } from '../kernel/kernel-files.js';
import { pciFolder } from './pci-net-device.js';

/**
 * The representor of the virtual function at a PCI address, according to sysfs; undefined if there is no such function.
 *
 * All ports of a card's switch have the same `phys_switch_id`; `phys_port_name` says what each one represents. The
 * rules are os-vif's (vif_plug_ovs/linux_net.py): a physical function is identified there by its PCI function number.
 */
export async function findRepresentor(
  sysfsRoot: string,
  address: string,
  files: KernelFiles = hostKernelFiles,
): Promise<Representor | undefined> {
  const physfn = await files.resolve(join(pciFolder(sysfsRoot, address), 'physfn'));
  if (physfn === undefined) return undefined;
  const index = await numberOf(address, physfn, files);
  if (index === undefined) return undefined;
  const pfAddress = basename(physfn);
  const [, pfNumber] = /^[\da-f:]+\.(\d+)$/i.exec(pfAddress) ?? [];
  if (pfNumber === undefined) return undefined; // a copy of sysfs, in which `physfn` is not a link
  const netDevice = await representorOf(sysfsRoot, physfn, Number(pfNumber), index, files);
  return { pfAddress, index, ...(netDevice !== undefined && { netDevice }) };
}

/** The number of a virtual function within its physical function. */
async function numberOf(address: string, physfn: string, files: KernelFiles): Promise<number | undefined> {
  for (const name of await files.names(physfn)) {
    const [, number] = /^virtfn(\d+)$/.exec(name) ?? [];
    if (number === undefined) continue;
    const target = (await files.target(join(physfn, name))) ?? '';
    if (basename(target).toLowerCase() === address.toLowerCase()) return Number(number);
  }
  return undefined;
}

async function representorOf(
  sysfsRoot: string,
  physfn: string,
  pfNumber: number,
  index: number,
  files: KernelFiles,
): Promise<string | undefined> {
  const netDevices = join(sysfsRoot, 'class/net');
  // A device without a switch has the files too, but reading them fails.
  const textOf = (name: string, file: string) => files.text(join(netDevices, name, file));
  const own = await Promise.all(
    (await files.names(join(physfn, 'net'))).map((name) => textOf(name, 'phys_switch_id')),
  );
  const card = own.find((switchId) => switchId !== '');
  if (card === undefined) return undefined; // not in switchdev mode, or without a network device
  const candidates = (await files.names(netDevices)).sort().map(async (name) => {
    if ((await textOf(name, 'phys_switch_id')) !== card) return [];
    const port = parsePortName(await textOf(name, 'phys_port_name'));
    const isIt = port?.vf === index && (port.pf === undefined || port.pf === pfNumber);
    return isIt ? { name, isExternal: port.isExternal } : [];
  });
  const found = (await Promise.all(candidates)).flat();
  // `c1pf0vf2` belongs to another host that the card serves; if all names contain a controller, it belongs to this
  // host.
  return (found.find(({ isExternal }) => !isExternal) ?? found[0])?.name;
}

interface VfPort {
  readonly pf: number | undefined;
  readonly vf: number;
  readonly isExternal: boolean;
}

/**
 * Parses `pf0vf1`, `c0pf1vf2`, `vf1@pf0`, and on old kernels the bare number; undefined if it is not the port of a
 * virtual function.
 */
function parsePortName(name: string): VfPort | undefined {
  const [, vf] = /^(\d+)$/.exec(name) ?? /vf(\d+)/i.exec(name) ?? [];
  if (vf === undefined) return undefined;
  const [, pf] = /pf(\d+)/i.exec(name) ?? [];
  return { pf: pf === undefined ? undefined : Number(pf), vf: Number(vf), isExternal: /^c\d/i.test(name) };
}
