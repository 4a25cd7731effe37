import { conformance } from '@vifkit/testkit/conformance';
import ibHostdev from '../src/index.js';
import { request } from './request.js';

await conformance({
  plugins: ibHostdev,
  requests: [{ id: 'in a fabric', ...request({ meta: { physical_network: 'fabric1' } }) }],
});
