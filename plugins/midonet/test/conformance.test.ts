import { conformance } from '@vifkit/testkit/conformance';
import midonet from '../src/index.js';
import { request } from './request.js';

await conformance({ plugins: midonet, requests: [{ id: 'a tap', ...request() }] });
