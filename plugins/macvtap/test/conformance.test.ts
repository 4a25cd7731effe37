import { conformance } from '@vifkit/testkit/conformance';
import macvtap from '../src/index.js';
import { onVlan, plain, request } from './request.js';

await conformance({
  plugins: macvtap,
  host: { links: [{ name: 'eth0' }] },
  requests: [
    { id: 'upon a link', ...request(plain) },
    { id: 'upon a VLAN', ...request(onVlan) },
  ],
});
