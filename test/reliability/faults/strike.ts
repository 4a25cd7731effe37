import { isVifError, VifError } from '@vifkit/core';
import type { Step } from '@vifkit/core/steps';
import type { Subject } from './bench.js';
import type { Fault } from './fault.js';

/** Every way in which a step that is handed over goes wrong. */
export const faults: readonly Omit<Fault, 'during'>[] = [
  { way: 'fails', done: false },
  { way: 'fails', done: true },
  { way: 'rejects', done: false },
  { way: 'rejects', done: true },
  { way: 'hangs', done: false },
  { way: 'hangs', done: true },
];

/**
 * Whether a fault can befall a step. Tools are run one by one, and never reject; one that says by its exit status that
 * it has done nothing is believed, unless a link that this call makes shows that undoing hurts nobody.
 */
export function applies({ way, done }: Omit<Fault, 'during'>, step: Step): boolean {
  if (step.kind !== 'command') return true;
  const isTied = step.whenCreated !== undefined || step.undoWhenCreated !== undefined;
  return way !== 'rejects' && (isTied || !(way === 'fails' && done));
}

/** What a fault is called when it comes from outside: the call's deadline, or its caller. */
export type Caller = 'its deadline' | 'its caller';

interface Struck {
  readonly error: unknown;
  /** The error that was injected; undefined for a step that hung. */
  readonly injected: VifError | undefined;
}

/** Runs a call with faults. A step that hangs does so until the deadline passes, or the caller aborts. */
export async function strike(
  { host, driver, of }: Pick<Subject, 'host' | 'driver' | 'of'>,
  operation: 'plug' | 'unplug',
  among: readonly (Fault & { readonly index: number; readonly step?: Step | undefined })[],
  caller: Caller = 'its deadline',
): Promise<Struck> {
  const controller = new AbortController();
  const passed = new DOMException('The deadline', 'TimeoutError');
  const onHang = () => controller.abort(caller === 'its deadline' ? passed : undefined);
  const injections = among.map((fault) => ({ ...fault, onHang, error: errorFor(fault.step) }));
  host.inject(...injections);
  const error = await rejection(driver[operation](of.request, { signal: controller.signal }));
  if (!host.struck) throw new Error('The fault did not happen');
  host.inject();
  return { error, injected: isHang(injections[0]?.way) ? undefined : injections[0]?.error };
}

const isHang = (way: Fault['way'] | undefined) => way === 'hangs' || way === 'is deaf';

/** What the promise is rejected with, if it is. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The codes of an error and of what caused it. */
export function codesOf(error: unknown): string[] {
  return isVifError(error) ? [error.code, ...codesOf(error.cause)] : [];
}

/** As the step's own runner would have it. */
function errorFor(step: Step | undefined): VifError {
  const code = step?.kind.startsWith('ovs')
    ? 'OVSDB_ERROR'
    : step?.kind === 'command'
      ? 'COMMAND_FAILED'
      : 'LINK_COMMAND_FAILED';
  return new VifError(code, 'Made to fail');
}
