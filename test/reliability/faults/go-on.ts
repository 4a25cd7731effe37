import { expect } from 'vitest';
import { isThorough } from '../../thorough.js';
import type { Subject } from './bench.js';
import { rejection } from './strike.js';

/** What may come after a call that failed. */
const nextCalls = ['plug', 'unplug', 'gc'] as const;

type NextCall = (typeof nextCalls)[number];

/** Each in turn. */
export const nextCallOf = (turn: number): NextCall => nextCalls[turn % nextCalls.length] ?? 'plug';

/** Those that follow one fault: each in turn, and all of them when the tests are thorough. */
export const nextCallsOf = (turn: number): readonly NextCall[] =>
  isThorough ? nextCalls : [nextCallOf(turn)];

/** Makes the next call. Answers what is left in the end. */
export async function goOn(subject: Subject, how: NextCall, where: string): Promise<readonly string[]> {
  const { driver, of } = subject;
  if (how === 'plug') {
    expect(await rejection(driver.plug(of.request)), `${where}, plugged again`).toBeUndefined();
    expect((await driver.check(of.request)).differences, `${where}, plugged again`).toEqual([]);
  }
  if (how === 'gc') {
    const results = await driver.gc({ keep: 'none' });
    const failed = results.filter((result) => 'error' in result);
    expect(failed, `${where}, and gc`).toEqual([]);
  } else {
    expect(await rejection(driver.unplug(of.request)), `${where}, then unplugged`).toBeUndefined();
  }
  const left = await (how === 'gc' ? subject.marked() : subject.leftOvers());
  return left.map((what) => `${what}, after ${how}`);
}
