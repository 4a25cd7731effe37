import { isVifError } from '@vifkit/core';
import { PlugError } from '@vifkit/engine';
import { expect } from 'vitest';
import { goOn, nextCallOf } from './go-on.js';
import type { KernelBench } from './kernel-bench.js';
import type { KernelState } from './kernel-state.js';
import { rejection } from './strike.js';

/** How a plug ended: well, or with the code of what went wrong first. */
export type Ending = 'well' | string;

/**
 * Plugs while something goes wrong, and expects the host to be as asked or as before, and the caller to know which.
 * @param heal puts right what went wrong, before the host is looked at
 */
export async function plugThrough(
  bench: KernelBench,
  before: KernelState,
  where: string,
  timeout: number,
  heal: () => unknown,
): Promise<Ending> {
  const { driver, of, host } = bench;
  const error = await rejection(driver.plug(of.request, { timeout }));
  await heal();
  host.inject();
  if (error === undefined) {
    expect((await driver.check(of.request)).differences, where).toEqual([]);
    return 'well';
  }
  expect(error, where).toBeInstanceOf(PlugError);
  expect((error as PlugError).undoFailures, where).toEqual([]);
  expect(await bench.state(), where).toEqual(before);
  const { cause } = error as PlugError;
  return isVifError(cause) ? cause.code : 'unknown';
}

/** Makes the next call, whichever's turn it is. Answers what is left in the end. */
export function goOnInTurn(bench: KernelBench, turn: number, where: string): Promise<readonly string[]> {
  return goOn(bench, nextCallOf(turn), where);
}
