import { join } from 'node:path';
import { hostKernelFiles, type KernelFiles } from '../kernel/kernel-files.js';
import { pciFolder } from './pci-net-device.js';

/**
 * The character device of a PCI function's vDPA device. In sysfs, the vDPA device is below the function, and below it
 * is what the driver vhost_vdpa made for guests: `.../0000:3b:00.2/vdpa0/vhost-vdpa-0`. With another driver, such as
 * virtio_vdpa, the host uses the device itself.
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
