import { basename, join } from 'node:path';
import { VifError, type VirtualFunction } from '@vifkit/core';
import { hostKernelFiles, type KernelFiles } from '../kernel/kernel-files.js';
import { netDeviceIn, pciFolder } from './pci-net-device.js';

/** A physical function, with the numbers of its virtual functions by address. */
interface PhysicalFunction {
  readonly netDevice: string | undefined;
  readonly numbers: ReadonlyMap<string, number>;
}

/**
 * Virtual functions by PCI address, as described in sysfs. For each that cannot be found or used, a VifError
 * PCI_DEVICE_NOT_FOUND says what is missing. A physical function is read once, however many of its virtual functions
 * are requested.
 */
export async function findVirtualFunctions(
  sysfsRoot: string,
  addresses: readonly string[],
  files: KernelFiles = hostKernelFiles,
): Promise<Map<string, VirtualFunction | VifError>> {
  const readings = new Map<string, Promise<PhysicalFunction>>();
  const physicalFunction = (folder: string) => {
    const reading = readings.get(folder) ?? readPhysicalFunction(folder, files);
    readings.set(folder, reading);
    return reading;
  };
  return new Map(
    await Promise.all(
      addresses.map(async (address) => {
        const folder = pciFolder(sysfsRoot, address);
        return [address, await find(address, folder, physicalFunction, files)] as const;
      }),
    ),
  );
}

async function find(
  address: string,
  folder: string,
  physicalFunction: (folder: string) => Promise<PhysicalFunction>,
  files: KernelFiles,
): Promise<VirtualFunction | VifError> {
  const physfn = await files.resolve(join(folder, 'physfn'));
  if (physfn === undefined) {
    if ((await files.resolve(folder)) === undefined) return notFound(noDevice(address));
    return notFound(
      `PCI device ${address} is not a virtual function: it has no physical function. Give the address of a virtual one`,
    );
  }
  const { netDevice: pf, numbers } = await physicalFunction(physfn);
  if (pf === undefined) {
    return notFound(`The physical function of ${address} has no network device; load its network driver`);
  }
  const index = numbers.get(address.toLowerCase());
  if (index === undefined) return notFound(`${pf} does not list ${address} among its virtual functions`);
  const netDevice = await netDeviceIn(folder, files);
  return { pf, index, ...(netDevice !== undefined && { netDevice }) };
}

async function readPhysicalFunction(folder: string, files: KernelFiles): Promise<PhysicalFunction> {
  const links = (await files.names(folder)).filter((name) => /^virtfn\d+$/.test(name));
  const numbers = links.map(async (link) => {
    const target = (await files.target(join(folder, link))) ?? ''; // just removed
    return [basename(target), Number(link.slice('virtfn'.length))] as const;
  });
  return { netDevice: await netDeviceIn(folder, files), numbers: new Map(await Promise.all(numbers)) };
}

/** The message for an address without a device. */
export function noDevice(address: string): string {
  return `There is no PCI device ${address} on this host: correct its address, or make its function (sriov_numvfs)`;
}

function notFound(message: string): VifError {
  return new VifError('PCI_DEVICE_NOT_FOUND', message);
}
