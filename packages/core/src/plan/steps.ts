import type { CommandStep } from './steps/command-step.js';
import type { CustomStep } from './steps/custom-step.js';
import type { GuestFilterAbsentStep, GuestFilterStep } from './steps/guest-filter-steps.js';
import type { LinkAbsentStep, LinkStep, LinkUserAbsentStep, LinkUserStep } from './steps/link-steps.js';
import type {
  OvsBridgeAbsentStep,
  OvsBridgeStep,
  OvsPortAbsentStep,
  OvsPortStep,
  OvsVifPortsAbsentStep,
} from './steps/open-vswitch-steps.js';
import type { BridgePortStep, OvsPortSettingsStep } from './steps/port-settings-steps.js';
import type { VfStep } from './steps/vf-step.js';

export type * from './steps/command-step.js';
export type * from './steps/custom-step.js';
export type * from './steps/guest-filter-steps.js';
export type * from './steps/link-steps.js';
export type * from './steps/open-vswitch-steps.js';
export type * from './steps/port-settings-steps.js';
export type * from './steps/vf-step.js';

/**
 * The steps that a plan is made of. Steps are data: they say what the host must be like, never how to get
 * there. All but `custom` survive JSON.
 */
export type Step =
  | LinkStep
  | LinkAbsentStep
  | LinkUserStep
  | LinkUserAbsentStep
  | OvsBridgeStep
  | OvsBridgeAbsentStep
  | OvsPortStep
  | OvsPortAbsentStep
  | OvsVifPortsAbsentStep
  | OvsPortSettingsStep
  | BridgePortStep
  | GuestFilterStep
  | GuestFilterAbsentStep
  | VfStep
  | CommandStep
  | CustomStep;

export type StepKind = Step['kind'];

/** An ordered list of steps. */
export type Plan = readonly Step[];
