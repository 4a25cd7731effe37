import { Network, VIFOpenVSwitch, VIFPortProfileOpenVSwitch } from '@vifkit/core';
import { conformance } from '@vifkit/testkit/conformance';
import ovs from '../src/index.js';
import { address, hybrid, id, instance, request } from './request.js';

const leaves = ['br-int'];

/** A VIF whose port, or port and tap, the plugin makes. */
function object(profile: { create_port?: boolean; create_tap?: boolean; multiqueue?: boolean }) {
  const vif = new VIFOpenVSwitch({
    id,
    address,
    plugin: 'ovs',
    vif_name: 'tapac3e2f74-81',
    bridge_name: 'br-int',
    network: new Network({ id, bridge: 'br-int', mtu: 1400 }),
    port_profile: new VIFPortProfileOpenVSwitch({ interface_id: id, ...profile }),
  });
  return { vif, instance };
}

conformance({
  plugins: ovs,
  requests: [
    { id: 'hybrid', leaves, ...request(hybrid) },
    { id: 'hybrid with a jumbo MTU', leaves, ...request(hybrid, { mtu: 9000 }) },
    { id: 'direct', leaves, ...request({ port_filter: true }, { mtu: 1450 }) },
    { id: 'direct, with the port', leaves, ...object({ create_port: true }) },
    { id: 'direct, with the port and its tap', leaves, ...object({ create_tap: true, multiqueue: true }) },
  ],
});

conformance({
  plugins: ovs,
  host: { ovsBridges: [{ name: 'br-int', datapathType: 'netdev' }] },
  requests: [{ id: 'hybrid, on a bridge that is there', ...request(hybrid, { mtu: 1450 }) }],
});
