import { join } from 'node:path';
import { hostKernelFiles, type KernelFiles } from '../kernel/kernel-files.js';

/** The folder in which sysfs describes a PCI function. */
export function pciFolder(sysfsRoot: string, address: string): string {
  return join(sysfsRoot, 'bus/pci/devices', address.toLowerCase());
}

/** The network device of a PCI function, according to sysfs; undefined if it has none. */
export function pciNetDevice(
  sysfsRoot: string,
  address: string,
  files: KernelFiles = hostKernelFiles,
): Promise<string | undefined> {
  return netDeviceIn(pciFolder(sysfsRoot, address), files);
}

/**
 * The MAC address of a network device of a PCI function, according to sysfs; undefined if it has no device of that
 * name.
 */
export async function netDeviceAddress(
  sysfsRoot: string,
  pciAddress: string,
  name: string | undefined,
  files: KernelFiles,
): Promise<string | undefined> {
  if (name === undefined) return undefined;
  return (await files.text(join(pciFolder(sysfsRoot, pciAddress), 'net', name, 'address'))) || undefined;
}

/** The links on top of a network device of a PCI function, and those that it is a member of, according to sysfs. */
export async function netDeviceUsers(
  sysfsRoot: string,
  pciAddress: string,
  name: string | undefined,
  files: KernelFiles,
): Promise<string[]> {
  if (name === undefined) return [];
  const names = await files.names(join(pciFolder(sysfsRoot, pciAddress), 'net', name));
  return names.flatMap((each) => /^upper_(.+)$/.exec(each)?.[1] ?? []).sort();
}

/** The `phys_port_name` of a representor: `pf0vf3`, `pf0sf88`, and just `3` on old kernels. */
const REPRESENTOR = /^\d+$|(vf|sf)\d+$/;

/**
 * The network device in the folder of a PCI function; undefined if it has none, because there is no such function or it
 * is not bound to a network driver. In switchdev mode the representors of virtual functions are in the same folder as
 * the physical function's own device; they are skipped.
 */
export async function netDeviceIn(folder: string, files: KernelFiles): Promise<string | undefined> {
  const net = join(folder, 'net');
  const [first, ...others] = (await files.names(net)).sort();
  if (others.length === 0) return first;
  for (const name of first === undefined ? others : [first, ...others]) {
    // A device without a port name has the file too, but reading it fails.
    if (!REPRESENTOR.test(await files.text(join(net, name, 'phys_port_name')))) return name;
  }
  return first;
}
