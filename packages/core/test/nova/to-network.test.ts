import { expect, it } from 'vitest';
import { toNetwork } from '../../src/nova/convert.js';
import { networkMtu } from '../../src/nova/network-facts.js';
import { VIFBridge } from '../../src/os-vif.js';
import { id, readVif } from './read-vif.js';

const networkOf = (network: object) => toNetwork(readVif({ network }));

it('has what the model knows of the network', () => {
  const network = networkOf({
    id,
    bridge: 'br0',
    label: 'net',
    meta: { mtu: 1450, bridge_interface: 'eth1' },
  });
  expect(network).toMatchObject({ id, bridge: 'br0', label: 'net', mtu: 1450, bridge_interface: 'eth1' });
});

it('has the MTU 0 as Nova has it, which is none to a plug', () => {
  const network = networkOf({ meta: { mtu: 0 } });
  expect(network.mtu).toBe(0);
  expect(networkMtu(new VIFBridge({ id, network }))).toBeUndefined();
  expect(networkMtu(new VIFBridge({ id, network: network.copy({ mtu: 1450 }) }))).toBe(1450);
  expect(networkMtu(new VIFBridge({ id, network: null }))).toBeUndefined();
});

it('has the routes of its subnets, with their gateways and links', () => {
  const cidr = '10.1.0.0/16';
  const { subnets } = networkOf({
    subnets: [{ routes: [{ cidr, gateway: { address: '10.0.0.1' }, interface: 'eth1' }, { cidr }] }],
  });
  expect(subnets.objects.map(({ routes }) => routes?.objects?.map((route) => ({ ...route })))).toEqual([
    [{ cidr, gateway: '10.0.0.1', interface: 'eth1' }, { cidr }],
  ]);
});

it('needs the number of a VLAN device that is spoken of', () => {
  expect(() => networkOf({ meta: { should_create_vlan: true } })).toThrow(
    expect.objectContaining({ code: 'INVALID_VIF', message: expect.stringContaining('vlan') }),
  );
});
