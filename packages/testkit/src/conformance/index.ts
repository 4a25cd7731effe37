export { type ConformanceOptions, conformance } from './conformance.js';
export type { ConformanceRequest } from './conformance-request.js';
