/**
 * For defining kinds of steps, and writing the runners that apply them on a host.
 *
 * @packageDocumentation
 */

export {
  defineStepKind,
  type Intention,
  type StepKindDefinition,
  type StepOf,
  type StepTraits,
  type StepWith,
} from './plan/define-step-kind.js';
export {
  argv,
  duration,
  type Field,
  type Fields,
  flag,
  integer,
  ipAddress,
  linkName,
  list,
  macAddress,
  matching,
  mtu,
  type ObjectOf,
  object,
  oneOf,
  optional,
  pciAddress,
  type Tagged,
  tagged,
  text,
  texts,
  uuid,
  type ValueOf,
  vlanId,
} from './plan/fields.js';
export {
  type AttemptedTask,
  type CommandExecutor,
  type CommandResult,
  type Difference,
  type Found,
  foundByMark,
  type Inspection,
  type Outcome,
  type Owned,
  type PlannedVif,
  type Reach,
  type RunnerContext,
  type StepRunner,
  type Stray,
  type Task,
  type VifStep,
  type Wanted,
} from './plan/runner.js';
export { stepKinds } from './plan/steps.js';
