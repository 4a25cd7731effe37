import { conformance } from '@vifkit/testkit/conformance';
import tap from '../src/index.js';
import { request } from './request.js';

await conformance({
  plugins: tap,
  requests: [
    { id: 'a tap', ...request({}) },
    { id: 'a tap with an address and a jumbo MTU', ...request({ mac: '02:00:00:00:00:02', mtu: 8950 }) },
  ],
});
