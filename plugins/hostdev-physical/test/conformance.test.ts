import { conformance } from '@vifkit/testkit/conformance';
import hostdevPhysical from '../src/index.js';
import { request } from './request.js';

await conformance({
  plugins: hostdevPhysical,
  requests: [{ id: 'a physical function', ...request('0000:a7:08.7') }],
});
