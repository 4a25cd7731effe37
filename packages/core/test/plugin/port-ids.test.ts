import { expect, it } from 'vitest';
import { portIds } from '../../src/plugin/recipes.js';

it('a port’s external ids are those that Neutron’s agents and OVN look for', () => {
  expect(portIds({ interfaceId: 'port', address: 'fa:16:3e:10:00:03', instanceUuid: 'vm' })).toEqual({
    'iface-id': 'port',
    'iface-status': 'active',
    'attached-mac': 'fa:16:3e:10:00:03',
    'vm-uuid': 'vm',
  });
});
