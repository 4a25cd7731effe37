import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The folder in which sysfs describes a PCI function. */
export function pciFolder(sysfsRoot: string, address: string): string {
  return join(sysfsRoot, 'bus/pci/devices', address.toLowerCase());
}

/** The network device of a PCI function, by sysfs; undefined when it has none. */
export function pciNetDevice(sysfsRoot: string, address: string): Promise<string | undefined> {
  return netDeviceIn(pciFolder(sysfsRoot, address));
}

/** The MAC address of a network device of a PCI function, by sysfs; undefined when it has none of that name. */
export async function netDeviceAddress(
  sysfsRoot: string,
  pciAddress: string,
  name: string | undefined,
): Promise<string | undefined> {
  if (name === undefined) return undefined;
  const file = join(pciFolder(sysfsRoot, pciAddress), 'net', name, 'address');
  return (await readFile(file, 'utf8').catch(() => '')).trim() || undefined;
}

/** The links that lie upon a network device of a PCI function, or that it is a member of, by sysfs. */
export async function netDeviceUsers(
  sysfsRoot: string,
  pciAddress: string,
  name: string | undefined,
): Promise<string[]> {
  if (name === undefined) return [];
  const names = await namesIn(join(pciFolder(sysfsRoot, pciAddress), 'net', name));
  return names.flatMap((each) => /^upper_(.+)$/.exec(each)?.[1] ?? []).sort();
}

/** What `phys_port_name` says of a representor: `pf0vf3`, `pf0sf88`, and plain `3` on old kernels. */
const REPRESENTOR = /^\d+$|(vf|sf)\d+$/;

/**
 * The network device in the folder of a PCI function; undefined when it has none: no such function, or none
 * that is bound to a network driver. In switchdev mode the representors of virtual functions stand beside the
 * physical function's own device; they are passed over.
 */
export async function netDeviceIn(folder: string): Promise<string | undefined> {
  const net = join(folder, 'net');
  const [first, ...others] = (await namesIn(net)).sort();
  if (others.length === 0) return first;
  for (const name of first === undefined ? others : [first, ...others]) {
    // A device without the name of a port has the file nonetheless, but reading it fails.
    const port = await readFile(join(net, name, 'phys_port_name'), 'utf8').catch(() => '');
    if (!REPRESENTOR.test(port.trim())) return name;
  }
  return first;
}

/** The names in a folder; none where there is no such folder. */
export function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
