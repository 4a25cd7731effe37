import { VifError } from '@vifkit/core';

const qemuModels = ['virtio', 'ne2k_pci', 'pcnet', 'rtl8139', 'e1000', 'spapr-vlan'];

/** The network cards that each virtualization type can give a guest, as Nova 14 lists them. */
const modelsByVirtType: ReadonlyMap<string, readonly string[]> = new Map([
  ['qemu', qemuModels],
  ['kvm', qemuModels],
  ['xen', ['netfront', 'ne2k_pci', 'pcnet', 'rtl8139', 'e1000']],
  ['lxc', []],
  ['uml', []],
]);

/** @throws VifError UNSUPPORTED_VIRT_TYPE, UNSUPPORTED_MODEL */
export function checkModel(model: string, virtType: string): void {
  const models = modelsByVirtType.get(virtType);
  if (!models) {
    const known = [...modelsByVirtType.keys()].join(', ');
    throw new VifError(
      'UNSUPPORTED_VIRT_TYPE',
      `The virtualization type '${virtType}' is not known, so whether it has network card '${model}' is not ` +
        `either; known are ${known}`,
    );
  }
  if (!models.includes(model)) {
    throw new VifError(
      'UNSUPPORTED_MODEL',
      `The virtualization type '${virtType}' has no network card '${model}'; ` +
        (models.length > 0 ? `it has ${models.join(', ')}` : 'it takes none: leave hw_vif_model out'),
    );
  }
}
