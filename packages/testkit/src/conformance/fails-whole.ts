import { isVifError, VifError } from '@vifkit/core';
import { PlugError, UnplugError } from '@vifkit/engine';
import { expect } from 'vitest';
import type { MemoryHost } from '../memory/memory-host.js';
import { type Applicable, ifEmpty } from './applicable.js';
import { type Bench, type Fixture, namesOn } from './fixture.js';

/** Milliseconds after which a call that was made to hang is given up. */
const SHORT = 50;

/** A plug that fails leaves the host as it was; an unplug that fails does all the rest. */
export async function failsWhole(fixture: Fixture, name: string, applicable: Applicable): Promise<void> {
  const { request } = fixture;
  const noPlug = await ifEmpty(fixture.plugPoints(), 'its plug writes nothing');
  const noUnplug = await ifEmpty(fixture.unplugPoints(), 'its unplug writes nothing');

  applicable.test(`'${name}'`, 'undoes a plug that fails, wherever it fails', noPlug, async () => {
    await atEachPointOfPlug(fixture, async ({ host, driver }, point, where) => {
      const injected = new VifError('LINK_COMMAND_FAILED', `Made to fail at ${where}`);
      host.failAt(point, injected);
      const error = await undone(host, () => driver.plug(request), where);
      expect((error.cause as Error).message, where).toContain(injected.message); // ovs-vswitchd's is in an error of the host's
    });
  });

  applicable.test(`'${name}'`, 'undoes a plug that is aborted, wherever it is', noPlug, async () => {
    await atEachPointOfPlug(fixture, async ({ host, driver }, point, where) => {
      const controller = new AbortController();
      host.hangAt(point, () => controller.abort());
      const error = await undone(host, () => driver.plug(request, { signal: controller.signal }), where);
      expect(codesOf(error), where).toContain('ABORTED');
    });
  });

  applicable.test(
    `'${name}'`,
    'undoes a plug that hangs until its deadline, wherever it hangs',
    noPlug,
    async () => {
      await atEachPointOfPlug(fixture, async ({ host, driver }, point, where) => {
        host.hangAt(point);
        const error = await undone(host, () => driver.plug(request, { timeout: SHORT }), where);
        expect(codesOf(error), where).toContain('TIMEOUT');
      });
    },
  );

  applicable.test(
    `'${name}'`,
    'does the rest of an unplug when a part of it fails, and that part the next time',
    noUnplug,
    async () => {
      const clean = await fixture.startPlugged();
      const plugged = clean.host.points.length;
      await clean.driver.unplug(request);
      const points = clean.host.points.slice(plugged);
      for (const [i, { what }] of points.entries()) {
        const { host, driver } = await fixture.startPlugged();
        const injected = new VifError('LINK_COMMAND_FAILED', `Made to fail at ${what}`);
        host.failAt(i + 1, injected);
        const error = await rejection(() => driver.unplug(request));
        expect(error, what).toBeInstanceOf(UnplugError);
        expect((error as UnplugError).failures, what).toContain(injected);
        expect(host.points.slice(plugged), what).toEqual(points);
        host.heal();
        await driver.unplug(request);
        expect(namesOn(host), what).toEqual(namesOn(clean.host));
      }
    },
  );
}

/** Runs a test at each point of a plug, with a host of its own each time. Points are counted from 1. */
async function atEachPointOfPlug(
  fixture: Fixture,
  test: (bench: Bench, point: number, where: string) => Promise<void>,
): Promise<void> {
  for (const [i, { what }] of (await fixture.plugPoints()).entries())
    await test(fixture.start(), i + 1, what);
}

/** Expects a plug to fail and to have been undone. */
async function undone(host: MemoryHost, plug: () => Promise<unknown>, where: string): Promise<PlugError> {
  const before = host.snapshot();
  const error = await rejection(plug);
  expect(error, where).toBeInstanceOf(PlugError);
  expect((error as PlugError).undoFailures, where).toEqual([]);
  expect(host.snapshot(), where).toEqual(before);
  return error as PlugError;
}

async function rejection(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** The codes of an error and of what caused it. */
function codesOf(error: unknown): string[] {
  return isVifError(error) ? [error.code, ...codesOf(error.cause)] : [];
}
