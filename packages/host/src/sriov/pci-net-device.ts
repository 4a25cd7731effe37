import { join } from 'node:path';
import { hostKernelFiles, type KernelFiles } from '../kernel/kernel-files.js';

/** The folder in which sysfs describes a PCI function. */
export function pciFolder(sysfsRoot: string, address: string): string {
  return join(sysfsRoot, 'bus/pci/devices', address.toLowerCase());
}

/** The network device of a PCI function, by sysfs; undefined when it has none. */
export function pciNetDevice(
  sysfsRoot: string,
  address: string,
  files: KernelFiles = hostKernelFiles,
): Promise<string | undefined> {
  return netDeviceIn(pciFolder(sysfsRoot, address), files);
}

/** The MAC address of a network device of a PCI function, by sysfs; undefined when it has none of that name. */
export async function netDeviceAddress(
  sysfsRoot: string,
  pciAddress: string,
  name: string | undefined,
  files: KernelFiles,
): Promise<string | undefined> {
  if (name === undefined) return undefined;
  return (await files.text(join(pciFolder(sysfsRoot, pciAddress), 'net', name, 'address'))) || undefined;
}

/** The links that lie upon a network device of a PCI function, or that it is a member of, by sysfs. */
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

/** What `phys_port_name` says of a representor: `pf0vf3`, `pf0sf88`, and plain `3` on old kernels. */
const REPRESENTOR = /^\d+$|(vf|sf)\d+$/;

/**
 * The network device in the folder of a PCI function; undefined when it has none: no such function, or none
 * that is bound to a network driver. In switchdev mode the representors of virtual functions stand beside the
 * physical function's own device; they are passed over.
 */
export async function netDeviceIn(folder: string, files: KernelFiles): Promise<string | undefined> {
  const net = join(folder, 'net');
  const [first, ...others] = (await files.names(net)).sort();
  if (others.length === 0) return first;
  for (const name of first === undefined ? others : [first, ...others]) {
    // A device without the name of a port has the file nonetheless, but reading it fails.
    if (!REPRESENTOR.test(await files.text(join(net, name, 'phys_port_name')))) return name;
  }
  return first;
}
