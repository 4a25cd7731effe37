import { conformance } from '@vifkit/testkit/conformance';
import vrouter from '../src/index.js';
import { request } from './request.js';

await conformance({
  plugins: vrouter,
  requests: [
    { id: 'with an address', ...request({ subnets: [['10.0.0.5']] }) },
    { id: 'as an object', routing: 'current', ...request({ subnets: [['10.0.0.5']] }) },
    { id: "a container's", ...request(), host: { virt_type: 'lxc' } },
  ],
});
