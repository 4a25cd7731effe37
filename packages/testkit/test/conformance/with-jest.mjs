// The suite under Jest, which gives each test file `describe`, `it` and `expect`.
import { conformance } from '@vifkit/testkit/conformance';
import { suite } from './acme-tap.mjs';

const { describe, it, expect } = globalThis;
await conformance({ ...suite, runner: { describe, it, expect } });
