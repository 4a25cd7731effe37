import { conformance } from '@vifkit/testkit/conformance';
import iovisor from '../src/index.js';
import { request } from './request.js';

await conformance({ plugins: iovisor, requests: [{ id: 'a tap', ...request() }] });
