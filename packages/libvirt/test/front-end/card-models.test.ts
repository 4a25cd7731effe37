import { describe, expect, it } from 'vitest';
import { checkModel } from '../../src/front-end/card-models.js';

const emulated = ['virtio', 'ne2k_pci', 'pcnet', 'rtl8139', 'e1000', 'spapr-vlan'];

describe('checkModel', () => {
  it.each([
    ['kvm', emulated],
    ['qemu', emulated],
    ['xen', ['netfront', 'ne2k_pci', 'pcnet', 'rtl8139', 'e1000']],
  ])('lets %s have its cards', (virtType, models) => {
    for (const model of models) expect(() => checkModel(model, virtType)).not.toThrow();
  });

  it.each([
    ['kvm', 'netfront'],
    ['qemu', 'vmxnet3'],
    ['xen', 'virtio'],
    ['xen', 'spapr-vlan'],
    ['lxc', 'virtio'],
    ['uml', 'e1000'],
    ['kvm', ''],
    ['kvm', 'VIRTIO'],
  ])('refuses %s a %j', (virtType, model) => {
    expect(() => checkModel(model, virtType)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_MODEL' }));
  });

  it.each(['parallels', '', 'constructor'])('refuses the virtualization type %j', (virtType) => {
    const unsupported = expect.objectContaining({ code: 'UNSUPPORTED_VIRT_TYPE' });
    expect(() => checkModel('virtio', virtType)).toThrow(unsupported);
  });

  it('says what there is', () => {
    expect(() => checkModel('virtio', 'xen')).toThrow(/netfront, ne2k_pci/);
    expect(() => checkModel('virtio', 'uml')).toThrow(/leave hw_vif_model out/);
    expect(() => checkModel('virtio', 'bhyve')).toThrow(/qemu, kvm, xen, lxc, uml/);
  });
});
