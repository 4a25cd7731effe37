import {
  type VIFBase,
  VIFBridge,
  VIFHostDevice,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  VIFPortProfileOVSRepresentor,
  VIFVHostUser,
} from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import ovs from '../src/index.js';
import { hybrid, id, request } from './request.js';

const guests = new LibvirtGuestConfigurator();
const driver = createVifDriver({ host: memoryHost(), guests, plugins: [ovs] });
const pci_slot = '0000:3f:0e.4';
const representor = { representor_name: 'tapac3e2f74-81', representor_address: pci_slot };

/** What a VIF with these details converts to by the rules of today's Nova. */
function objectOf(details: object, vif: object = {}, rest: object = {}): VIFBase | undefined {
  return driver.convert({ ...request(details, {}, vif), routing: 'current', ...rest });
}

describe("VIF type ovs by the rules of today's Nova", () => {
  it('is a port of the network’s bridge', () => {
    const object = objectOf({ datapath_type: 'netdev' });
    expect(object).toBeInstanceOf(VIFOpenVSwitch);
    expect(object).toMatchObject({ plugin: 'ovs', vif_name: 'tapac3e2f74-81', bridge_name: 'br-int' });
    expect({ ...object?.port_profile }).toEqual({
      interface_id: id,
      datapath_type: 'netdev',
      create_port: false,
      create_tap: false,
    });
  });

  it('is a bridge of its own where Neutron says so', () => {
    const object = objectOf(hybrid);
    expect(object).toBeInstanceOf(VIFBridge);
    expect(object).toMatchObject({ plugin: 'ovs', bridge_name: 'qbrac3e2f74-81' });
    expect({ ...object?.port_profile }).toEqual({
      interface_id: id,
      datapath_type: null,
      create_tap: false,
    });
  });

  it.each(['direct', 'vdpa'])('is a function with a representor for the vNIC type %s', (vnic_type) => {
    const object = objectOf(hybrid, { vnic_type, profile: { pci_slot } });
    expect(object).toBeInstanceOf(VIFHostDevice);
    expect(object).toMatchObject({ plugin: 'ovs', dev_type: 'ethernet', dev_address: pci_slot });
    expect(object?.port_profile).toBeInstanceOf(VIFPortProfileOVSRepresentor);
    expect(object?.port_profile).toMatchObject({
      interface_id: id,
      ...representor,
      datapath_offload: representor,
    });
  });

  it('is left to a card that manages itself', () => {
    const object = objectOf({}, { vnic_type: 'remote-managed', profile: { pci_slot } });
    expect(object).toBeInstanceOf(VIFHostDevice);
    expect(object).toMatchObject({ plugin: 'noop', dev_address: pci_slot });
    expect(object).not.toHaveProperty('port_profile');
  });

  it('needs the address of a function', () => {
    expect(() => objectOf({}, { vnic_type: 'direct' })).toThrow(
      expect.objectContaining({ code: 'INVALID_VIF', message: expect.stringContaining('pci_slot') }),
    );
  });

  it('has its port made by the plugin where Nova delegates that', () => {
    expect(objectOf({}, { delegate_create: true })?.port_profile).toMatchObject({ create_port: true });
  });

  it('has its tap made by the plugin where Neutron says so, with queues where the guest has them', () => {
    const profileOf = (vcpus: number) => {
      const image = { properties: { hw_vif_multiqueue_enabled: 'true' } };
      return objectOf({ ovs_create_tap: true }, {}, { flavor: { vcpus }, image })?.port_profile;
    };
    expect(profileOf(1)).toMatchObject({ create_tap: true, multiqueue: false });
    expect(profileOf(4)).toMatchObject({ create_tap: true, multiqueue: true });
  });
});

describe('VIF type agilio_ovs', () => {
  const agilio = (vnic_type: string) =>
    objectOf(
      { vhostuser_socket: '/run/vhu', vhostuser_mode: 'client' },
      { type: 'agilio_ovs', vnic_type, profile: { pci_slot } },
    );

  it('is a function of the card', () => {
    expect(agilio('direct')).toBeInstanceOf(VIFHostDevice);
    expect(agilio('direct')).toMatchObject({ plugin: 'agilio_ovs', port_profile: representor });
  });

  it('is a socket before the card', () => {
    expect(agilio('virtio-forwarder')).toBeInstanceOf(VIFVHostUser);
    expect(agilio('virtio-forwarder')).toMatchObject({
      plugin: 'agilio_ovs',
      path: '/run/vhu',
      mode: 'client',
      port_profile: { ...representor, datapath_offload: representor },
    });
  });

  it("is Open vSwitch's own otherwise", () => {
    const object = agilio('normal');
    expect(object).toBeInstanceOf(VIFOpenVSwitch);
    expect(object?.plugin).toBe('ovs');
    expect(object?.port_profile).toBeInstanceOf(VIFPortProfileOpenVSwitch);
  });

  it('is not known to Nova 14', () => {
    const old = request({}, {}, { type: 'agilio_ovs' });
    expect(() => driver.convert(old)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_VIF_TYPE' }));
  });
});
