import { Network, VIFGeneric, VIFHostDevice, VIFPortProfileOpenVSwitch } from '@vifkit/core/os-vif';
import type { Case } from './faults/cases.js';

type Request = Case['request'];

/** What is left of a VIF in Nova's cache when Neutron could not bind its port, or has unbound it. */
function unbound({ instance, ...request }: Request, type: string | null): Request {
  const { id, address } = idsOf(request.vif);
  const network = { id, bridge: null, subnets: [], meta: {} };
  return { vif: { id, address, type, details: {}, profile: {}, network, devname: null }, instance };
}

/** The VIF by another type, of which the plugin lacks something it needs. */
function lacking(request: Request, vif: object): Request {
  return { ...unbound(request, null), vif: { ...idsOf(request.vif), ...vif } };
}

/** The VIF's ids; `vif` is one of the network model, or an os-vif object. */
function idsOf(vif: unknown): { readonly id: string; readonly address: string } {
  if (typeof vif !== 'object' || vif === null) throw new TypeError('no VIF');
  const { id, address } = Object.fromEntries(['id', 'address'].map((key) => [key, Reflect.get(vif, key)]));
  return { id: String(id), address: String(address) };
}

/** Requests of which no plan can come about any more. */
export const planless: Readonly<Record<string, (request: Request) => Request>> = {
  'that Neutron failed to bind': (request) => unbound(request, 'binding_failed'),
  'that Neutron has unbound': (request) => unbound(request, 'unbound'),
  'without a type': (request) => unbound(request, null),
  'of a type that nothing handles any more': (request) => unbound(request, 'no_such_type'),
  'whose plugin is not there': ({ vif, instance }) => ({
    vif: new VIFGeneric({ ...idsOf(vif), plugin: 'absent', vif_name: 'tap0' }),
    instance,
  }),
  'whose plugin does not take its class': ({ vif, instance }) => ({
    vif: new VIFGeneric({ ...idsOf(vif), plugin: 'ovs', vif_name: 'tap0' }),
    instance,
  }),
  'whose details are not what the plugin needs': (request) =>
    lacking(request, { type: 'ib_hostdev', vnic_type: 'direct', network: {} }),
  'without the function that it is upon': (request) =>
    lacking(request, { type: 'hw_veb', vnic_type: 'macvtap', details: {}, profile: {}, network: {} }),
};

/** Requests by which the VIF would be plugged in another way. */
export const otherwise: Readonly<Record<string, (request: Request) => Request>> = {
  'of type tap': (request) => lacking(request, { type: 'tap', network: {} }),
  'of type bridge': (request) =>
    lacking(request, { type: 'bridge', network: { id: idsOf(request.vif).id, bridge: 'br-other' } }),
  'of type ovs': (request) =>
    lacking(request, { type: 'ovs', network: { id: idsOf(request.vif).id, bridge: 'br-int' } }),
  'of type ovs, hybrid, without a bridge': (request) =>
    lacking(request, { type: 'ovs', details: { ovs_hybrid_plug: true }, network: {} }),
  'of type 802.1qbh': (request) =>
    lacking(request, { type: '802.1qbh', vnic_type: 'direct', profile: { profileid: 'p' }, network: {} }),
  'of type hw_veb': (request) =>
    lacking(request, {
      type: 'hw_veb',
      vnic_type: 'direct',
      details: { vlan: '7' },
      profile: { pci_slot: '0000:99:00.1' },
      network: {},
    }),
  'of a representor that is gone': ({ vif, instance }) => ({
    vif: new VIFHostDevice({
      ...idsOf(vif),
      plugin: 'ovs',
      dev_address: '0000:99:00.1',
      network: new Network({ id: idsOf(vif).id, bridge: 'br-int' }),
      port_profile: new VIFPortProfileOpenVSwitch({ interface_id: idsOf(vif).id }),
    }),
    instance,
  }),
};
