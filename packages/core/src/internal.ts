/**
 * What engine, host and testkit need besides the package's public entries. It is not for plugins and may change at any
 * time.
 */
export { requireOurContract } from './errors/core-copy.js';
export { isPlainObject, ownValue, quote } from './errors/quote.js';
export { reasonOf } from './errors/vif-error.js';
export { Cursor } from './fields/cursor.js';
export { violationsOf } from './fields/field-rule.js';
export { hasMethods, type OptionRules, optionRules, readOptions } from './fields/options.js';
export { adopt, suggestion } from './fields/read-fields.js';
export { isUuid } from './fields/values.js';
export { idOfVif } from './nova/request.js';
export { vifClassNames } from './os-vif/vifs.js';
export {
  type ChosenPath,
  findPath,
  objectOf,
  type RoutedRequest,
  readRequest,
} from './path/choose-path.js';
export { DEAD_VLAN, legsOfPlan } from './plan/legs-of-plan.js';
export { exclusiveKeys, lockKeys } from './plan/lock-keys.js';
export { addStepKinds, stepKey, stepKindOf } from './plan/steps.js';
export { validateBackend, validatePath, validatePlan } from './plan/validate.js';
export { describePlugin } from './plugin/announce.js';
export { type PackageManifest, readPackageManifest, requireAsDeclared } from './plugin/static-declaration.js';
