import { expect, it } from 'vitest';
import { isHostFiltering, needsHybridBridge } from '../../src/nova/network-facts.js';
import { readVif } from './read-vif.js';

it.each([
  ['neither filters', {}, false, false, false],
  ['the host filters', {}, true, true, true],
  ['Neutron filters', { port_filter: true }, true, false, false],
  ['Neutron asks for the bridge', { ovs_hybrid_plug: true }, false, false, true],
  ['Neutron filters on the bridge', { ovs_hybrid_plug: true, port_filter: true }, true, false, true],
])('where %s', (_, details, hostFilters, filtering, hybrid) => {
  const vif = readVif({ details });
  expect([isHostFiltering(vif, hostFilters), needsHybridBridge(vif, hostFilters)]).toEqual([
    filtering,
    hybrid,
  ]);
});
