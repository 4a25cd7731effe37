import { isPlainObject, ownValue, quote } from '../errors/quote.js';
import { VifError } from '../errors/vif-error.js';
import { type CommandStep, command } from './command.js';
import { type CustomStep, custom } from './custom.js';
import type { StepKindDefinition } from './define-step-kind.js';
import {
  type GuestFilterAbsentStep,
  type GuestFilterStep,
  guestFilter,
  guestFilterAbsent,
} from './guest-filter.js';
import {
  type LinkAbsentStep,
  type LinkStep,
  type LinkUserAbsentStep,
  type LinkUserStep,
  link,
  linkAbsent,
  linkUser,
  linkUserAbsent,
} from './links.js';
import {
  type OvsBridgeAbsentStep,
  type OvsBridgeStep,
  type OvsPortAbsentStep,
  type OvsPortStep,
  type OvsVifPortsAbsentStep,
  ovsBridge,
  ovsBridgeAbsent,
  ovsPort,
  ovsPortAbsent,
  ovsVifPortsAbsent,
} from './open-vswitch.js';
import {
  type BridgePortStep,
  bridgePort,
  type OvsPortSettingsStep,
  ovsPortSettings,
} from './port-settings.js';
import { type VfStep, vf } from './vf.js';

export type * from './command.js';
export type * from './custom.js';
export type * from './guest-filter.js';
export type * from './links.js';
export type * from './open-vswitch.js';
export type * from './port-settings.js';
export type * from './vf.js';

/** A step of a kind that a vendor's package defines. The kind is prefixed with the vendor's name: `acme:qdisc`. */
export interface VendorStep {
  /** As in `acme:qdisc`. */
  readonly kind: `${string}:${string}`;
  /** The fields of its definition. */
  readonly [field: string]: unknown;
}

/**
 * A step of a plan. Steps are data: they describe the desired state of the host, never how to reach it. All but
 * `custom` can be written as JSON and read back.
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
  | CustomStep
  | VendorStep;

/** The discriminator of {@link Step}: one of our kinds, or a vendor's, as in `acme:qdisc`. */
export type StepKind = Step['kind'];

/** An ordered list of steps. */
export type Plan = readonly Step[];

/** The kinds for which `@vifkit/host` has runners. */
export const stepKinds = {
  link,
  linkAbsent,
  linkUser,
  linkUserAbsent,
  ovsBridge,
  ovsBridgeAbsent,
  ovsPort,
  ovsPortAbsent,
  ovsVifPortsAbsent,
  ovsPortSettings,
  bridgePort,
  guestFilter,
  guestFilterAbsent,
  vf,
  command,
  custom,
} as const;

/**
 * All kinds of this process by name. They are global, like os-vif's classes: a step is data, and must be recognised
 * everywhere.
 */
const definitions = new Map<string, StepKindDefinition<Step>>(Object.entries(stepKinds));

/** The package that provides each vendor's kind. */
const vendors = new Map<string, string>();

/**
 * Registers the kinds of a vendor's package. Registering them again, as another driver does, is allowed.
 * @throws VifError PLUGIN_INVALID for a kind without a vendor's name, PLUGIN_CONFLICT for one that another package
 *   defines
 */
export function addStepKinds(packageName: string, kinds: readonly StepKindDefinition[]): void {
  for (const definition of kinds) {
    const { kind } = definition;
    if (typeof kind !== 'string' || !/^[a-z][\w.-]*:[a-z][\w.-]*$/i.test(kind)) {
      const text = `The step kind ${quote(kind)} of ${packageName} needs the vendor's name in front, as in 'acme:qdisc'`;
      throw new VifError('PLUGIN_INVALID', text);
    }
    const other = vendors.get(kind) ?? packageName;
    if (other !== packageName) {
      const text = `${packageName} and ${other} both define steps of the kind '${kind}'. Leave one of them out.`;
      throw new VifError('PLUGIN_CONFLICT', text);
    }
    vendors.set(kind, packageName);
    definitions.set(kind, definition);
  }
}

/**
 * The definition of a kind.
 * @throws VifError NO_RUNNER for one that no package provides
 */
export function stepKindOf({ kind }: { readonly kind: string }): StepKindDefinition<Step> {
  const definition = definitions.get(kind);
  if (definition) return definition;
  const text = `The step kind ${quote(kind)} is not known: add the package that defines it`;
  throw new VifError('NO_RUNNER', text);
}

/** What is wrong with a step; empty if it is valid. */
export function checkStep(step: unknown): readonly string[] {
  if (!isPlainObject(step)) return [`is ${quote(step)}`];
  const kind = ownValue(step, 'kind');
  const definition = typeof kind === 'string' ? definitions.get(kind) : undefined;
  if (definition) return definition.check(step, '');
  if (kind === undefined) return ["lacks 'kind'"];
  return [`has an unknown 'kind' (${quote(kind)}); a package lists kinds of its own in stepKinds`];
}

/** The name of what a step is about: a link, a bridge, a port, a PCI address, a program. */
export function stepTarget(step: Step): string {
  return stepKindOf(step).target(step);
}

/** Two steps with the same key are about the same thing on the host. */
export function stepKey(step: Step): string {
  const { family, identity } = stepKindOf(step);
  return `${family} ${identity(step)}`;
}
