/**
 * The promises that a plugin has to keep, as tests.
 *
 * @packageDocumentation
 */

export type { ConformanceOptions } from './cases.js';
export { conformance, type TestRunner } from './conformance.js';
export type { ConformanceRequest } from './conformance-request.js';
export { type Badge, badgeOf, type Kept, runConformance } from './report.js';
export type { VendorState } from './vendor-state.js';
