import { conformance } from '@vifkit/testkit/conformance';
import vhostUser from '../src/index.js';
import { fpVdev } from './fp-vdev.js';
import { fastPath, fastPathHybrid, fastPathOnOvs, openVSwitch, request } from './request.js';

const host = { ovsBridges: ['br-int'], commands: { 'fp-vdev': fpVdev } };

await conformance({
  plugins: vhostUser,
  host,
  requests: [
    { id: 'a socket', ...request() },
    { id: 'on Open vSwitch', ...request(openVSwitch) },
    {
      id: 'on Open vSwitch, in a VLAN',
      ...request({ ...openVSwitch, vlan: 5, qos: { ingress_kbps: 20_000 } }),
    },
    { id: 'on the fast path', ...request(fastPath) },
    { id: 'on the fast path and Open vSwitch', ...request(fastPathOnOvs, { mtu: 1450 }) },
    { id: 'on the fast path and Open vSwitch, hybrid', ...request(fastPathHybrid) },
  ],
});

await conformance({
  plugins: vhostUser,
  host,
  options: { vhostuser: { port_type: 'dpdkvhostuserclient' } },
  requests: [{ id: 'on Open vSwitch, where QEMU listens', ...request(openVSwitch, { mtu: 9000 }) }],
});
