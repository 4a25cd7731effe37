import { conformance } from '@vifkit/testkit/conformance';
import hwVeb from '../src/index.js';
import { request, withFunction } from './request.js';

conformance({
  plugins: hwVeb,
  requests: [
    { id: 'a macvtap on a virtual function', ...request() },
    { id: 'a macvtap on a trusted virtual function', ...request({ trusted: 'true' }) },
    { id: 'a virtual function that the guest has', ...request({ vnicType: 'direct' }) },
  ],
  host: withFunction,
});
