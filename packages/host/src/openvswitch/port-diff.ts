import type { Difference } from '@vifkit/core/step-kinds';
import type { OvsPortStep } from '@vifkit/core/steps';
import { isWired, type OvsInterface, type OvsPort } from './state.js';

type Texts = Readonly<Record<string, string>>;

/** The expected and the actual value of a setting. */
interface Pair<T> {
  readonly expected: T;
  readonly actual: T | undefined;
}

/** How a port differs from a step. */
export interface PortDiff {
  readonly bridge?: Pair<string> | undefined;
  readonly tag?: Pair<number> | undefined;
  readonly type?: Pair<string> | undefined;
  /** Only the keys of the interface that the step sets: the others are not ours to judge. */
  readonly externalIds?: Pair<Texts> | undefined;
  readonly options?: Pair<Texts> | undefined;
  readonly mtuRequest?: Pair<number> | undefined;
  /** Set if ovs-vswitchd has not opened it, with the error, if there is one. */
  readonly unwired?: { readonly error: string | undefined; readonly ofport: number | undefined } | undefined;
}

export function diffPort(step: OvsPortStep, port: OvsPort, iface: OvsInterface): PortDiff {
  const { ofport, error } = iface;
  return {
    bridge: differing(step.bridge, port.bridge),
    tag: differing(step.tag, port.tag),
    type: differing(step.type ?? '', typeOf(iface)),
    externalIds: differingKeys(step.externalIds, iface.externalIds),
    options: step.options && differingKeys(step.options, iface.options),
    mtuRequest: differing(step.mtuRequest, iface.mtuRequest),
    unwired: step.wired && !isWired(iface) ? { error, ofport } : undefined,
  };
}

/** The differences in the form shown to users. */
export function differencesOf({ unwired, ...settings }: PortDiff): Difference[] {
  const differences = Object.entries(settings).flatMap(
    ([attribute, pair]: [string, Pair<unknown> | undefined]) =>
      pair ? [{ attribute, expected: pair.expected, actual: pair.actual ?? null }] : [],
  );
  if (!unwired) return differences;
  const actual = unwired.error ?? unwired.ofport ?? null;
  return [...differences, { attribute: 'ofport', expected: 'a port number', actual }];
}

/** The type of an interface; '' stands for kernel links, for which `system` is also used. */
export function typeOf({ type }: OvsInterface): string {
  return type === 'system' ? '' : type;
}

function differing<T>(expected: T | undefined, actual: T | undefined): Pair<T> | undefined {
  return expected === undefined || expected === actual ? undefined : { expected, actual };
}

function differingKeys(expected: Texts, found: Texts): Pair<Texts> | undefined {
  const keys = Object.keys(expected);
  if (keys.every((key) => found[key] === expected[key])) return undefined;
  const actual = Object.fromEntries(keys.flatMap((key) => (key in found ? [[key, found[key] ?? '']] : [])));
  return { expected, actual };
}
