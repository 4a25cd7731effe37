// The suite under the test runner of Node.js: `node --test` runs it, and no Vitest is there.
import { describe, it } from 'node:test';
import { conformance } from '@vifkit/testkit/conformance';
import { suite } from './acme-tap.mjs';

await conformance({ ...suite, runner: { describe, it } });
