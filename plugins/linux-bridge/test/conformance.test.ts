import { conformance } from '@vifkit/testkit/conformance';
import linuxBridge from '../src/index.js';
import { bridge, request, unfiltered } from './request.js';

await conformance({
  plugins: linuxBridge,
  host: { links: [{ name: 'eth1', mtu: 9000 }] },
  requests: [
    { id: 'a bridge', leaves: [bridge], ...request({ should_create_bridge: true, mtu: 1450 }) },
    {
      id: 'a bridge with an uplink',
      leaves: [bridge],
      ...request({ should_create_bridge: true, bridge_interface: 'eth1' }),
    },
    {
      id: 'a guest that the host filters',
      leaves: [bridge],
      ...unfiltered({ should_create_bridge: true, bridge_interface: 'eth1' }),
    },
    {
      id: 'a bridge with a VLAN',
      leaves: [bridge, 'vlan7'],
      ...request({ should_create_bridge: true, should_create_vlan: true, vlan: 7, bridge_interface: 'eth1' }),
    },
  ],
});

await conformance({
  plugins: linuxBridge,
  host: {
    links: [
      {
        name: 'eth1',
        up: true,
        addresses: ['192.0.2.10/24', '2001:db8::10/64'],
        routes: ['0.0.0.0/0 via 192.0.2.1'],
      },
    ],
  },
  requests: [
    {
      id: 'an uplink with addresses',
      leaves: [bridge],
      ...request({ should_create_bridge: true, bridge_interface: 'eth1' }),
    },
  ],
});

await conformance({
  plugins: linuxBridge,
  host: { links: [{ name: bridge, type: 'bridge' }] },
  requests: [{ id: "someone else's bridge", ...request({ mtu: 1400 }) }],
});
