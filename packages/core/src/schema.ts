/** JSON Schemas (draft 2020-12) of requests, of VIFs of Nova's network model, and of os-vif's objects. */
export type { JsonSchema } from './fields/rules.js';
export { networkVifSchema, requestSchema, schemas } from './nova/json-schema.js';
export { jsonSchemaOf } from './os-vif/json-schema.js';
