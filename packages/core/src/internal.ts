/** What engine, host and testkit need beside the entry of the package. It is not for plugins, and has no promise of its own. */
export type * from './connection/legs.js';
export { requireOurContract } from './core-copy.js';
export { reasonOf } from './errors/vif-error.js';
export { legsOfPlan } from './plan/legs-of-plan.js';
export { exclusiveKeys, lockKeys } from './plan/lock-keys.js';
export { addStepKinds, stepKey, stepKindOf } from './plan/steps.js';
export { validatePlan } from './plan/validate-plan.js';
export type { ContractAdapter } from './plugin/served-contract.js';
export { slugOf } from './plugin/slug.js';
export { type PackageManifest, readPackageManifest, requireAsDeclared } from './plugin/static-declaration.js';
export { idOfVif } from './request/parse-vif.js';
export { Cursor } from './schema/cursor.js';
export { hasMethods, type OptionRules, optionRules, readOptions } from './schema/options.js';
export { adopt } from './schema/read-fields.js';
export { violationsOf } from './schema/violations.js';
export { isPlainObject, ownValue } from './validation/plain.js';
export { quote } from './validation/quote.js';
export { isUuid } from './validation/uuid.js';
