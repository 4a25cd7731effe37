import type { GuestContext } from '@vifkit/core/nova';
import { describe, expect, it } from 'vitest';
import { newton } from '../../src/front-end.js';
import { guestContext } from '../support/contexts.js';

const tap = { type: 'ethernet', target: 'tap0', bandwidth: false } as const;
const frontEnd = (context: GuestContext) => newton.frontEnd(context, tap);
const nothing = { model: undefined, driver: undefined };

describe("the guest's side by the rules of Nova 14", () => {
  it.each(['kvm', 'qemu'])('gives %s virtio unless the host says no', (virt_type) => {
    expect(frontEnd(guestContext({ host: { virt_type } })).model).toBe('virtio');
    expect(frontEnd(guestContext({ host: { virt_type, use_virtio_for_bridges: false } }))).toEqual(nothing);
  });

  it.each(['xen', 'lxc', 'uml', 'parallels'])('leaves %s to libvirt', (virt_type) => {
    expect(frontEnd(guestContext({ host: { virt_type } }))).toEqual(nothing);
  });

  it("prefers the image's model", () => {
    expect(frontEnd(guestContext({ image: { hw_vif_model: 'e1000' } })).model).toBe('e1000');
  });

  it('refuses a model that the host cannot emulate', () => {
    const context = guestContext({ host: { virt_type: 'lxc' }, image: { hw_vif_model: 'virtio' } });
    expect(() => frontEnd(context)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_MODEL' }));
  });

  describe('the driver', () => {
    const multiqueue = { hw_vif_multiqueue_enabled: 'yes' };

    it("is libvirt's choice on kvm", () => {
      expect(frontEnd(guestContext()).driver).toBeUndefined();
    });

    it('is never vhost without KVM', () => {
      const host = { virt_type: 'qemu' };
      expect(frontEnd(guestContext({ host })).driver).toEqual({ name: 'qemu' });
      expect(frontEnd(guestContext({ host, image: multiqueue })).driver).toEqual({ name: 'qemu' });
    });

    it.each([
      ['5.10.1', 300, 300],
      ['4.19.5', 300, 256],
      ['3.10.0-327', 16, 8],
      ['3.10.0-327', 2, 2],
      ['2.6.32-71.el6', 4, 1],
    ])('is vhost with a queue for each vCPU as far as Linux %s goes', (kernel_release, vcpus, queues) => {
      const context = guestContext({ host: { kernel_release }, flavor: { vcpus }, image: multiqueue });
      expect(frontEnd(context).driver).toEqual({ name: 'vhost', queues });
    });

    it('has no queues for cards other than virtio', () => {
      const image = { ...multiqueue, hw_vif_model: 'rtl8139' };
      expect(frontEnd(guestContext({ image })).driver).toBeUndefined();
    });

    it('does not need to know the kernel for a single queue', () => {
      expect(() => frontEnd(guestContext({ host: { kernel_release: '?' } }))).not.toThrow();
    });
  });

  describe('the cards', () => {
    const emulated = ['virtio', 'ne2k_pci', 'pcnet', 'rtl8139', 'e1000', 'spapr-vlan'];
    const modelOf = (virt_type: string, hw_vif_model: string) =>
      frontEnd(guestContext({ host: { virt_type }, image: { hw_vif_model } })).model;

    it.each([
      ['kvm', emulated],
      ['qemu', emulated],
      ['xen', ['netfront', 'ne2k_pci', 'pcnet', 'rtl8139', 'e1000']],
    ])('of %s are given', (virtType, models) => {
      expect(models.map((model) => modelOf(virtType, model))).toEqual(models);
    });

    it("are read in any case, and by VMware's names", () => {
      expect(modelOf('kvm', 'VIRTIO')).toBe('virtio');
      expect(modelOf('kvm', 'VirtualE1000')).toBe('e1000');
    });

    it.each([
      ['kvm', 'netfront'],
      ['kvm', 'e1000e'],
      ['qemu', 'vmxnet3'],
      ['xen', 'virtio'],
      ['xen', 'spapr-vlan'],
      ['lxc', 'virtio'],
      ['uml', 'e1000'],
      ['kvm', ''],
    ])('of %s are not %j', (virtType, model) => {
      expect(() => modelOf(virtType, model)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_MODEL' }));
    });

    it('of a virtualization type that is not known are refused', () => {
      expect(() => modelOf('parallels', 'virtio')).toThrow(
        expect.objectContaining({ code: 'UNSUPPORTED_VIRT_TYPE' }),
      );
    });
  });
});
