import { isVifError, VifError } from '@vifkit/core';
import { PlugError, UnplugError } from '@vifkit/engine';
import type { Point } from '../memory/kernel/points.js';
import { type Case, ifEmpty } from './case.js';
import { type Bench, type Fixture, namesOn } from './fixture.js';
import type { Look } from './look.js';

/** A failed plug leaves the host as it was; a failed unplug does all the rest. */
export async function failsWhole(fixture: Fixture, subject: string): Promise<Case[]> {
  const { request } = fixture;
  const noPlug = await ifEmpty(fixture.plugPoints(), 'its plug writes nothing');
  const noUnplug = await ifEmpty(fixture.unplugPoints(), 'its unplug writes nothing');
  const noRest = await ifEmpty(secondPoints(fixture), 'its second plug does nothing');
  return [
    {
      subject,
      promise: 'undoes-failure',
      says: 'undoes a plug that fails, wherever it fails',
      inapplicable: noPlug,
      run: (look) =>
        atEachPointOfPlug(fixture, async (bench, point, where) => {
          const injected = new VifError('LINK_COMMAND_FAILED', `Made to fail at ${where}`);
          bench.host.failAt(point, injected);
          const error = await undone(look, bench, () => bench.driver.plug(request), where);
          look.holds(
            error === undefined || tells(error.cause, injected),
            `the cause of the error tells of the failure at ${where}`,
          );
        }),
    },
    {
      subject,
      promise: 'undoes-abort',
      says: 'undoes a plug that is aborted, wherever that happens',
      inapplicable: noPlug,
      run: (look) =>
        atEachPointOfPlug(fixture, async (bench, point, where) => {
          const { signal, abort } = aborter();
          bench.host.hangAt(point, abort);
          const error = await undone(look, bench, () => bench.driver.plug(request, { signal }), where);
          look.includes(codesOf(error), 'ABORTED', `the codes of the error at ${where}`);
        }),
    },
    {
      subject,
      promise: 'undoes-hang',
      says: 'undoes a plug that hangs until its deadline, wherever it hangs',
      inapplicable: noPlug,
      run: (look) =>
        atEachPointOfPlug(fixture, async (bench, point, where) => {
          // The deadline passes as soon as the plug hangs, and so at this very point however fast the machine is.
          const { signal, abort } = aborter(new DOMException('The deadline passed', 'TimeoutError'));
          bench.host.hangAt(point, abort);
          const error = await undone(look, bench, () => bench.driver.plug(request, { signal }), where);
          look.includes(codesOf(error), 'TIMEOUT', `the codes of the error at ${where}`);
        }),
    },
    {
      subject,
      promise: 'replug-keeps',
      says: 'leaves a VIF plugged when its second plug fails, wherever it fails',
      inapplicable: noRest,
      async run(look) {
        for (const [i, { what }] of (await secondPoints(fixture)).entries()) {
          const bench = await fixture.startPlugged();
          const plugged = await bench.state();
          bench.host.failAt(i + 1);
          await rejection(() => bench.driver.plug(request));
          look.equal(
            await bench.state(),
            plugged,
            `the host and the vendor’s side after a failure at ${what}`,
          );
        }
      },
    },
    {
      subject,
      promise: 'unplug-goes-on',
      says: 'does the rest of an unplug when a part of it fails, and that part the next time',
      inapplicable: noUnplug,
      async run(look) {
        const clean = await fixture.startPlugged();
        const plugged = clean.host.points.length;
        await clean.driver.unplug(request);
        const points = clean.host.points.slice(plugged);
        const cleared = { names: namesOn(clean.host), vendor: await clean.vendorState() };
        for (const [i, { what }] of points.entries()) {
          const bench = await fixture.startPlugged();
          const { host, driver } = bench;
          const injected = new VifError('LINK_COMMAND_FAILED', `Made to fail at ${what}`);
          host.failAt(i + 1, injected);
          const error = await rejection(() => driver.unplug(request));
          look.holds(
            error instanceof UnplugError,
            `the unplug fails at ${what} with an UnplugError, and not ${errorText(error)}`,
          );
          if (error instanceof UnplugError)
            look.holds(
              error.failures.some((failure) => tells(failure, injected)),
              `the failures tell of that at ${what}`,
            );
          look.equal(
            withoutPrograms(host.points.slice(plugged)),
            withoutPrograms(points),
            `what is tried besides ${what}`,
          );
          host.heal();
          await driver.unplug(request);
          look.equal(namesOn(host), cleared.names, `what is left after the failure at ${what}`);
          look.equal(await bench.vendorState(), cleared.vendor, `the vendor’s side after ${what}`);
        }
      },
    },
  ];
}

/** The steps that were tried: the programs of one that fails at its beginning are not run. */
function withoutPrograms(points: readonly Point[]): Point[] {
  return points.filter(({ part }) => part !== 'runner');
}

/** Whether an error reports another one: a program's error is part of its own message. */
function tells(error: unknown, cause: Error): boolean {
  return error instanceof Error && error.message.includes(cause.message);
}

/** Runs a test at each point of a plug, with a host of its own each time. Points are counted from 1. */
async function atEachPointOfPlug(
  fixture: Fixture,
  test: (bench: Bench, point: number, where: string) => Promise<void>,
): Promise<void> {
  for (const [i, { what }] of (await fixture.plugPoints()).entries())
    await test(await fixture.start(), i + 1, what);
}

/** What the second of two plugs does: vendors' commands, as a rule. */
async function secondPoints(fixture: Fixture) {
  const { host, driver } = await fixture.startPlugged();
  const first = host.points.length;
  await driver.plug(fixture.request);
  return host.points.slice(first);
}

/** Checks that a plug fails and is undone: everything is as before, and would be done again. */
export async function undone(
  look: Look,
  bench: Bench,
  plug: () => Promise<unknown>,
  where: string,
): Promise<PlugError | undefined> {
  const [before, wanting] = [await bench.state(), await bench.wanting()];
  const error = await rejection(plug);
  // The refused setting may be one that the host has anyway: such a plug is complete.
  if (error === undefined && (await bench.wanting()).length === 0) return undefined;
  look.holds(
    error instanceof PlugError,
    `the plug fails at ${where} with a PlugError, and not ${errorText(error)}`,
  );
  if (!(error instanceof PlugError)) return undefined;
  look.none(error.undoFailures.map(String), `what could not be undone at ${where}`);
  bench.host.heal();
  look.equal(await bench.state(), before, `the host and the vendor’s side after a failure at ${where}`);
  look.equal(await bench.wanting(), wanting, `what a plug would write after a failure at ${where}`);
  return error;
}

function aborter(reason?: DOMException) {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(reason) };
}

async function rejection(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return undefined;
}

function errorText(error: unknown): string {
  return error === undefined ? 'without an error' : `with ${String(error)}`;
}

/** The codes of an error and of what caused it. */
function codesOf(error: unknown): string[] {
  return isVifError(error) ? [error.code, ...codesOf(error.cause)] : [];
}
