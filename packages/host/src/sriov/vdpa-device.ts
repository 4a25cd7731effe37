import { join } from 'node:path';
import { hostKernelFiles, type KernelFiles } from '../kernel/kernel-files.js';
import { pciFolder } from './pci-net-device.js';

/**
 * The character device of a PCI function's vDPA device. The device lies below the function in sysfs, and below it what
 * the driver vhost_vdpa made for guests: `.../0000:3b:00.2/vdpa0/vhost-vdpa-0`. Another driver, as virtio_vdpa, leaves
 * it to the host.
 */
export async function findVdpaDevice(
  sysfsRoot: string,
  address: string,
  files: KernelFiles = hostKernelFiles,
): Promise<string | undefined> {
  const folder = pciFolder(sysfsRoot, address);
  for (const device of (await files.names(folder)).filter((name) => /^vdpa/.test(name)).sort()) {
    const found = (await files.names(join(folder, device))).find((name) => /^vhost-vdpa-\d+$/.test(name));
    if (found !== undefined) return `/dev/${found}`;
  }
  return undefined;
}
