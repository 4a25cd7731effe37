import { describe, it } from 'node:test';
import { conformance } from '@vifkit/testkit/conformance';
import promises from './promises.js';

await conformance({ ...promises, runner: { describe, it } });
