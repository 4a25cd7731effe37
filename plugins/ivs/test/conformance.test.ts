import { conformance } from '@vifkit/testkit/conformance';
import ivs from '../src/index.js';
import { hybrid, request } from './request.js';

conformance({
  plugins: ivs,
  requests: [
    { id: 'direct', ...request() },
    { id: 'hybrid', ...request(hybrid) },
    { id: 'hybrid, with an MTU', ...request(hybrid, { mtu: 1450 }) },
    { id: 'hybrid, for a filter of the host’s', firewall: 'iptables', ...request() },
  ],
});
