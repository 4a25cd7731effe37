import { conformance } from '@vifkit/testkit/conformance';
import ivs from '../src/index.js';
import { current, hybrid, request } from './request.js';

await conformance({
  plugins: ivs,
  requests: [
    { id: 'direct', ...request() },
    { id: 'hybrid', ...request(hybrid) },
    { id: 'hybrid, with an MTU', ...request(hybrid, { mtu: 1450 }) },
    { id: 'direct, as an object', ...current(request()) },
    { id: 'hybrid, as an object', ...current(request(hybrid, { mtu: 1450 })) },
    { id: 'hybrid, for a filter of the host’s', firewall: 'iptables', ...request() },
  ],
});
