import type { GuestContext } from '@vifkit/core/nova';
import { describe, expect, it } from 'vitest';
import type { InterfaceBackend } from '../../src/back-end.js';
import { current } from '../../src/front-end.js';
import { guestContext } from '../support/contexts.js';

type Given = Parameters<typeof guestContext>[0];

const tap: InterfaceBackend = { type: 'ethernet', target: 'tap0', bandwidth: true };
const socket: InterfaceBackend = { type: 'vhostuser', path: '/run/vhu', mode: 'server', bandwidth: false };
const device: InterfaceBackend = { type: 'hostdev', pciAddress: '0000:3f:0e.4', bandwidth: false };
const macvtap: InterfaceBackend = {
  type: 'direct',
  source: 'eth0',
  mode: 'passthrough',
  driver: 'vhost',
  bandwidth: true,
};

const contextOf = (given: Given): GuestContext => guestContext({ ...given, routing: 'current' });
const frontEnd = (given: Given, backend: InterfaceBackend = tap) =>
  current.frontEnd(contextOf(given), backend);
const refusal = (code: string) => expect.objectContaining({ code });
const nothing = { model: undefined, driver: undefined };

describe('the model', () => {
  it.each(['kvm', 'qemu', 'parallels'])('is virtio on %s unless the host says no', (virt_type) => {
    expect(frontEnd({ host: { virt_type } }).model).toBe('virtio');
    expect(frontEnd({ host: { virt_type, use_virtio_for_bridges: false } })).toEqual(nothing);
  });

  it.each([
    ['kvm', 'e1000e', 'e1000e'],
    ['kvm', 'igb', 'igb'],
    ['qemu', 'lan9118', 'lan9118'],
    ['kvm', 'VMXNET3', 'vmxnet3'],
    ['kvm', 'VirtualE1000', 'e1000'],
    ['parallels', 'rtl8139', 'rtl8139'],
  ])("of %s is the image's %s", (virt_type, hw_vif_model, model) => {
    expect(frontEnd({ host: { virt_type }, image: { hw_vif_model } }).model).toBe(model);
  });

  it.each([
    ['kvm', 'lan9118', 'UNSUPPORTED_MODEL'],
    ['kvm', 'netfront', 'UNSUPPORTED_MODEL'],
    ['lxc', 'virtio', 'UNSUPPORTED_MODEL'],
    ['xen', 'e1000', 'UNSUPPORTED_VIRT_TYPE'],
  ])('of %s is not %s', (virt_type, hw_vif_model, code) => {
    expect(() => frontEnd({ host: { virt_type }, image: { hw_vif_model } })).toThrow(refusal(code));
  });
});

describe('a device that is passed through', () => {
  const greedy = {
    image: { hw_vif_model: 'netfront', hw_virtio_packed_ring: 'true' },
    flavor: { extra_specs: { 'hw:vif_multiqueue_enabled': 'true' } },
  };

  it('has neither model nor driver, whatever the guest asks for', () => {
    expect(frontEnd(greedy, device)).toEqual(nothing);
  });

  it.each([
    'direct',
    'direct-physical',
    'accelerator-direct',
    'accelerator-direct-physical',
    'remote-managed',
    'vdpa',
  ])('is known by the vNIC type %s', (vnicType) => {
    expect(frontEnd({ ...greedy, vnicType })).toEqual(nothing);
  });

  it('has what its back end insists on', () => {
    const given = { ...greedy, vnicType: 'direct' };
    expect(frontEnd(given, { ...macvtap, model: 'e1000' })).toEqual({
      model: 'e1000',
      driver: { name: 'vhost' },
    });
  });

  it.each(['normal', 'macvtap', 'virtio-forwarder'])('is not what the vNIC type %s is', (vnicType) => {
    expect(frontEnd({ vnicType }).model).toBe('virtio');
  });
});

describe('queues', () => {
  const asked = { image: { hw_vif_multiqueue_enabled: 'yes' } };

  it.each([
    ['6.1.0', 300, 300],
    ['4.19.5', 300, 256],
    ['3.10.0-327', 16, 8],
    ['2.6.32', 4, 1],
  ])('are one for each vCPU as far as Linux %s goes', (kernel_release, vcpus, queues) => {
    const driver = { name: 'vhost', queues };
    expect(frontEnd({ ...asked, host: { kernel_release }, flavor: { vcpus } }).driver).toEqual(driver);
  });

  it('are no more than the host allows, whatever its kernel', () => {
    const host = { max_queues: 16, kernel_release: '3.10.0' };
    expect(frontEnd({ ...asked, host, flavor: { vcpus: 300 } }).driver?.queues).toBe(16);
  });

  it('are not for one vCPU', () => {
    expect(frontEnd({ ...asked, flavor: { vcpus: 1 } }).driver).toBeUndefined();
  });

  it('can be asked for by the flavor, which must not contradict the image', () => {
    const flavor = { vcpus: 4, extra_specs: { 'hw:vif_multiqueue_enabled': 'true' } };
    expect(frontEnd({ flavor }).driver).toEqual({ name: 'vhost', queues: 4 });
    expect(() => frontEnd({ flavor, image: { hw_vif_multiqueue_enabled: 'no' } })).toThrow(
      refusal('INVALID_REQUEST'),
    );
  });

  it('are never there without KVM, or with another card', () => {
    expect(frontEnd({ ...asked, host: { virt_type: 'qemu' } }).driver).toEqual({ name: 'qemu' });
    expect(frontEnd({ image: { ...asked.image, hw_vif_model: 'e1000' } }).driver).toBeUndefined();
  });

  it("are kept by a macvtap's driver", () => {
    expect(frontEnd(asked, macvtap).driver).toEqual({ name: 'vhost', queues: 2 });
  });

  it('name no driver on a socket', () => {
    expect(frontEnd(asked, socket)).toEqual({ model: 'virtio', driver: { queues: 2 } });
    expect(frontEnd({}, socket)).toEqual({ model: 'virtio', driver: undefined });
    expect(frontEnd({ host: { virt_type: 'qemu' } }, socket).driver).toBeUndefined();
  });
});

describe('queue sizes', () => {
  const host = { rx_queue_size: 512, tx_queue_size: 1024 };

  it('are those of receive queues on a tap, which then has vhost', () => {
    expect(frontEnd({ host }).driver).toEqual({ name: 'vhost', rxQueueSize: 512 });
    expect(frontEnd({ host: { ...host, virt_type: 'qemu' } }).driver).toEqual({
      name: 'qemu',
      rxQueueSize: 512,
    });
  });

  it('are both on a socket', () => {
    expect(frontEnd({ host }, socket).driver).toEqual({ rxQueueSize: 512, txQueueSize: 1024 });
  });

  it.each([
    [[2, 2, 9], undefined],
    [[2, 3, 0], { rxQueueSize: 512 }],
    [[3, 6, 9], { rxQueueSize: 512 }],
    [[3, 7, 0], { rxQueueSize: 512, txQueueSize: 1024 }],
  ] as const)('are what libvirt %j knows', (libvirt_version, driver) => {
    expect(frontEnd({ host: { ...host, libvirt_version } }, socket).driver).toEqual(driver);
  });

  it.each(['rx_queue_size', 'tx_queue_size'])('are refused if QEMU does not take them: %s', (key) => {
    expect(() => frontEnd({ host: { [key]: 300 } }, socket)).toThrow(refusal('INVALID_REQUEST'));
  });

  it('bring no driver along where libvirt does not know them', () => {
    expect(frontEnd({ host: { ...host, libvirt_version: [2, 2, 0] } }).driver).toBeUndefined();
  });
});

describe('packed rings', () => {
  const image = { hw_virtio_packed_ring: 'true' };

  it.each<[string, InterfaceBackend, object]>([
    ['tap', tap, { packed: true }],
    ['socket', socket, { packed: true }],
    ['macvtap', macvtap, { name: 'vhost', packed: true }],
  ])('are on a %s', (_, backend, driver) => {
    expect(frontEnd({ image }, backend).driver).toEqual(driver);
  });

  it('are for virtio alone, and for libvirt from 6.3 on', () => {
    expect(frontEnd({ image: { ...image, hw_vif_model: 'e1000' } }).driver).toBeUndefined();
    expect(frontEnd({ image, host: { libvirt_version: [6, 2, 0] } }).driver).toBeUndefined();
  });
});
