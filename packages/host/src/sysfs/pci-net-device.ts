import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The network device of a PCI function, by sysfs; undefined when it has none. */
export async function pciNetDevice(sysfsRoot: string, address: string): Promise<string | undefined> {
  try {
    const names = await readdir(join(sysfsRoot, 'bus/pci/devices', address, 'net'));
    return names[0];
  } catch {
    return undefined; // no such device, or one without a network driver
  }
}
