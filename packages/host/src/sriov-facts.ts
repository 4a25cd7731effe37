import { type HostFacts, isVifError } from '@vifkit/core';
import { batched } from './batched.js';
import type { KernelFiles } from './kernel/kernel-files.js';
import { pciNetDevice } from './sriov/pci-net-device.js';
import { findRepresentor } from './sriov/representor.js';
import { findVdpaDevice } from './sriov/vdpa-device.js';
import type { VfJournal } from './sriov/vf-journal.js';
import { findVirtualFunctions } from './sriov/virtual-functions.js';

/** The facts about PCI functions. They are read each time; concurrent requests share a reading. */
export function sriovFacts(
  sysfsRoot: string,
  journal: Pick<VfJournal, 'read'>,
  files: KernelFiles,
): Pick<HostFacts, 'pciNetDevice' | 'virtualFunction' | 'vfHolder' | 'vdpaDevice' | 'representor'> {
  const virtualFunction = batched((addresses) => findVirtualFunctions(sysfsRoot, addresses, files));
  return {
    pciNetDevice: (address) => pciNetDevice(sysfsRoot, address, files),
    async virtualFunction(address) {
      const found = await virtualFunction(address);
      return isVifError(found) ? undefined : found;
    },
    async vfHolder(address) {
      const record = (await journal.read([address])).get(address);
      return isVifError(record) ? undefined : record?.vifId; // the step itself reports a bad record
    },
    vdpaDevice: (address) => findVdpaDevice(sysfsRoot, address, files),
    representor: (address) => findRepresentor(sysfsRoot, address, files),
  };
}
