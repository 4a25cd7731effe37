import { conformance } from '@vifkit/testkit/conformance';
import hwVeb from '../src/index.js';
import { request, withFunction } from './request.js';

await conformance({
  plugins: hwVeb,
  requests: [
    { id: 'a macvtap on a virtual function', ...request() },
    { id: 'a macvtap on a trusted virtual function', ...request({ trusted: 'true' }) },
    {
      id: 'a trusted virtual function that the guest has',
      ...request({ vnicType: 'direct', trusted: 'true' }),
      routing: 'current',
    },
    { id: 'a virtual function that the guest has', ...request({ vnicType: 'direct' }) },
  ],
  host: withFunction,
});
