export { type ConformanceOptions, type ConformanceRequest, conformance } from './conformance.js';
