import {
  Network,
  VIFBase,
  VIFBridge,
  VIFDirect,
  VIFGeneric,
  VIFHostDevice,
  VIFOpenVSwitch,
  VIFPortProfileBase,
  VIFPortProfileOpenVSwitch,
  VIFVHostUser,
} from '@vifkit/core/os-vif';
import { describe, expect, it } from 'vitest';
import { objectBackend } from '../../src/back-end.js';
import { guestContext } from '../support/contexts.js';

const id = '0d9c1d8e-5f2b-4a53-8a3e-0b3f5d6a7c81';
const interface_id = '4f1c55a2-8d6d-4c4f-9a55-3c1f2b7de901';
const context = guestContext();
const common = { id, address: 'fa:16:3e:00:00:01' };

const thrownBy = (vif: VIFBase) => {
  try {
    objectBackend(vif, context);
  } catch (error) {
    return error;
  }
};

describe('a VIFBridge', () => {
  const vif = new VIFBridge({ ...common, vif_name: 'tap0', bridge_name: 'br0' });
  const backend = { type: 'bridge', bridge: 'br0', target: 'tap0', bandwidth: true };

  it('is a port of its bridge', () => {
    expect(objectBackend(vif, context)).toEqual(backend);
  });

  it("has the host's filter unless the network service filters", () => {
    const filters = { ...context, hostFilters: true };
    expect(objectBackend(vif, filters)).toEqual({
      ...backend,
      filter: 'nova-instance-instance-00000001-fa163e000001',
    });
    const filtered = vif.copy({ has_traffic_filtering: true });
    expect(objectBackend(filtered, filters)).toEqual(backend);
  });
});

describe('a VIFOpenVSwitch', () => {
  const fields = { ...common, vif_name: 'tap0', bridge_name: 'br-int' };

  it('is a port of its bridge that Open vSwitch knows by its interface id', () => {
    const port_profile = new VIFPortProfileOpenVSwitch({ interface_id });
    expect(objectBackend(new VIFOpenVSwitch({ ...fields, port_profile }), context)).toEqual({
      type: 'bridge',
      bridge: 'br-int',
      target: 'tap0',
      virtualPort: { type: 'openvswitch', parameters: { interfaceid: interface_id } },
      bandwidth: true,
    });
  });

  it('is a bare tap if the plugin makes the port', () => {
    const port_profile = new VIFPortProfileOpenVSwitch({ interface_id, create_port: true });
    expect(objectBackend(new VIFOpenVSwitch({ ...fields, port_profile }), context)).toEqual({
      type: 'ethernet',
      target: 'tap0',
      bandwidth: true,
    });
  });

  it("is the plugin's tap if it makes the tap, whether or not it is said to make the port", () => {
    for (const create_port of [false, true]) {
      const port_profile = new VIFPortProfileOpenVSwitch({ interface_id, create_port, create_tap: true });
      expect(objectBackend(new VIFOpenVSwitch({ ...fields, port_profile }), context)).toEqual({
        type: 'ethernet',
        target: 'tap0',
        managed: false,
        multiQueue: false,
        bandwidth: true,
      });
    }
  });

  it('is refused without the right port profile, by name', () => {
    const port_profile = new VIFPortProfileBase({});
    expect(thrownBy(new VIFOpenVSwitch(fields).copy({ port_profile }))).toMatchObject({
      code: 'UNSUPPORTED_CONFIG',
      vifId: id,
      message: expect.stringMatching(
        /VIFOpenVSwitch .*VIFPortProfileBase: give it a VIFPortProfileOpenVSwitch/,
      ),
    });
    expect(thrownBy(new VIFOpenVSwitch(fields))).toMatchObject({
      code: 'UNSUPPORTED_CONFIG',
      message: expect.stringContaining('no port profile'),
    });
  });
});

describe("the network's MTU", () => {
  const network = new Network({ mtu: 1450 });
  const fields = { ...common, network, vif_name: 'tap0', bridge_name: 'br0' };
  const port_profile = new VIFPortProfileOpenVSwitch({ interface_id });

  it.each([
    new VIFBridge(fields),
    new VIFOpenVSwitch({ ...fields, port_profile }),
    new VIFGeneric({ ...common, network, vif_name: 'tap0' }),
  ])('is that of a $constructor.name', (vif) => {
    expect(objectBackend(vif, context)).toMatchObject({ mtu: 1450 });
  });

  it.each([{}, { mtu: 0 }])('is not known of %j', (of) => {
    const backend = objectBackend(new VIFBridge({ ...fields, network: new Network(of) }), context);
    expect(backend).not.toHaveProperty('mtu');
  });
});

describe('the other classes', () => {
  it('a VIFGeneric is a tap', () => {
    expect(objectBackend(new VIFGeneric({ ...common, vif_name: 'tap0' }), context)).toEqual({
      type: 'ethernet',
      target: 'tap0',
      bandwidth: true,
    });
  });

  it('a VIFVHostUser is a socket, and a name if it has one', () => {
    const vif = new VIFVHostUser({ ...common, path: '/run/vhu', mode: 'server' });
    const backend = { type: 'vhostuser', path: '/run/vhu', mode: 'server', bandwidth: false };
    expect(objectBackend(vif, context)).toEqual(backend);
    expect(objectBackend(new VIFVHostUser({ ...vif, vif_name: 'vhu0' }), context)).toEqual({
      ...backend,
      target: 'vhu0',
    });
  });

  it('a VIFDirect is a macvtap on its VLAN device', () => {
    const vif = new VIFDirect({ ...common, vlan_name: 'vlan7', mode: 'bridge' });
    const backend = { type: 'direct', source: 'vlan7', mode: 'bridge', bandwidth: true };
    expect(objectBackend(vif, context)).toEqual(backend);
    expect(objectBackend(vif.copy({ vif_name: 'mac0' }), context)).toEqual({
      ...backend,
      target: 'mac0',
    });
  });

  it('a VIFHostDevice is an interface or a device as it is', () => {
    const fields = { ...common, dev_address: '0000:3f:0e.4' };
    expect(objectBackend(new VIFHostDevice({ ...fields, dev_type: 'ethernet' }), context)).toEqual({
      type: 'hostdev',
      pciAddress: '0000:3f:0e.4',
      model: null,
      driver: null,
      bandwidth: false,
    });
    expect(objectBackend(new VIFHostDevice({ ...fields, dev_type: 'generic' }), context)).toEqual({
      type: 'pci',
      pciAddress: '0000:3f:0e.4',
    });
  });

  it('a VIFHostDevice is no vDPA device', () => {
    const vif = new VIFHostDevice({ ...common, dev_address: '0000:3f:0e.4', dev_type: 'ethernet' });
    const refused = (message: string) =>
      expect.objectContaining({
        code: 'UNSUPPORTED_CONFIG',
        vifId: id,
        message: expect.stringContaining(message),
      });
    expect(() => objectBackend(vif, { ...context, vnicType: 'vdpa' })).toThrow(refused('vdpa dev add'));
    const host = { ...context.host, libvirt_version: [6, 8, 0] as const };
    const old = { ...context, host, vnicType: 'vdpa', vdpaDevice: '/dev/vhost-vdpa-0' };
    expect(() => objectBackend(vif, old)).toThrow(refused('update libvirt'));
  });

  it('are refused by name', () => {
    class VIFNested extends VIFBase {}
    expect(thrownBy(new VIFNested(common))).toMatchObject({
      code: 'UNSUPPORTED_CONFIG',
      vifId: id,
      message: expect.stringMatching(/class VIFNested: use a VIFBridge, .*, or only plug it/),
    });
  });
});

it.each<[string, VIFBase]>([
  ['bridge_name', new VIFBridge({ ...common, vif_name: 'tap0' })],
  ['vif_name', new VIFBridge({ ...common, bridge_name: 'br0' })],
  ['vif_name', new VIFGeneric(common)],
  ['path', new VIFVHostUser({ ...common, mode: 'client' })],
  ['mode', new VIFVHostUser({ ...common, path: '/run/vhu' })],
  ['vlan_name', new VIFDirect({ ...common, mode: 'vepa', dev_address: '0000:3f:0e.4' })],
  ['dev_type', new VIFHostDevice({ ...common, dev_address: '0000:3f:0e.4' })],
  ['dev_address', new VIFHostDevice({ ...common, dev_type: 'generic' })],
  [
    'interface_id',
    new VIFOpenVSwitch({
      ...common,
      vif_name: 'tap0',
      bridge_name: 'br-int',
      port_profile: new VIFPortProfileOpenVSwitch({}),
    }),
  ],
])('refuses an object without the %s it needs', (field, vif) => {
  expect(thrownBy(vif)).toMatchObject({
    code: 'INVALID_VIF',
    vifId: id,
    message: expect.stringContaining(field),
  });
});
