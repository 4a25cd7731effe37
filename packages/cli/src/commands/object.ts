import { asVifError, isVifError, VifError } from '@vifkit/core';
import { type Primitive, readManifest, toPrimitive, type VersionManifest } from '@vifkit/core/os-vif';
import { readSettings } from '../requests/input.js';
import { idOf, isObject, objectFrom } from '../requests/object-from.js';
import { openRequests } from '../requests/open-requests.js';
import { readRequests } from '../requests/read-requests.js';
import type { Input } from '../requests/request.js';
import { vifsIn } from '../requests/shapes.js';
import type { Driver, Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { errorJson, errorLine } from '../terminal/errors.js';
import { openLogger } from '../terminal/log.js';
import { writeOut } from '../terminal/output.js';
import { abortOnSignals } from '../terminal/signals.js';
import { printable } from '../terminal/text.js';
import { smallBatch } from './request-commands.js';

type Answer = { readonly object: Primitive } | { readonly id: string | undefined; readonly error: VifError };

/**
 * Reads os-vif objects and VIFs of the network model, and writes os-vif objects; the exit status is 1 if one of them
 * could not be read, or has no converter.
 * @throws InputError if a file cannot be read
 * @throws VifError INVALID_OPTIONS for a manifest that is not valid
 */
export async function object(
  settings: Settings & { readonly manifest?: string },
  environment: Environment,
  files: readonly string[],
): Promise<number> {
  const { format, manifest: given, plugin = [] } = settings;
  const manifest = given === undefined ? undefined : await readManifestOption(given, settings.timeout);
  const { stdout, stderr } = environment;
  const interruption = abortOnSignals(environment.signals, settings.timeout);
  let driver: Converter = noDriver;
  let status = 0;
  try {
    const inputs = openRequests(files, environment.stdin, vifsIn);
    for await (const { inputs: batch } of readRequests(inputs, smallBatch, interruption.signal)) {
      const needs = plugin.length > 0 || batch.some(needsDriver);
      if (driver === noDriver && needs) driver = await openDriver(settings, environment);
      const answers = batch.map((input) => answer(input, driver, manifest));
      if (answers.some((each) => 'error' in each)) status = 1;
      if (format === 'json') {
        await writeOut(stdout, answers.map((each) => `${JSON.stringify(toJson(each))}\n`).join(''));
        continue;
      }
      for (const each of answers) {
        if ('error' in each) await writeOut(stderr, errorLine(each.id ?? null, each.error));
        else await writeOut(stdout, laidOut(each.object));
      }
    }
    return status;
  } finally {
    interruption.stop();
    await driver.close();
  }
}

type Converter = Pick<Driver, 'convert' | 'close'>;

/** For an input that has only objects, unless named plugins bring classes: neither plugins nor host are loaded. */
const noDriver: Converter = { convert: () => undefined, close: async () => {} };

function needsDriver(input: Input): boolean {
  return 'request' in input && !isObject(input.request);
}

async function openDriver(settings: Settings, { openDriver, env, stderr }: Environment): Promise<Converter> {
  const logger = await openLogger(settings, stderr, env);
  return openDriver({ ...settings, guests: false, allPlugins: true, env, logger });
}

function answer(input: Input, driver: Converter, manifest: VersionManifest | undefined): Answer {
  if ('error' in input) return { id: undefined, error: input.error };
  try {
    return { object: toPrimitive(objectFrom(input.request, driver), { manifest }) };
  } catch (error) {
    const failure = asVifError(error, 'INVALID_OBJECT', 'The object could not be read');
    return { id: idOf(input.request), error: failure };
  }
}

function toJson(given: Answer): object {
  if ('object' in given) return given;
  return { ...(given.id !== undefined && { id: given.id }), error: errorJson(given.error) };
}

/** Formatted JSON, with terminal control characters escaped as in JSON. */
function laidOut(object: Primitive): string {
  const lines = JSON.stringify(object, null, 2).split('\n');
  return `${lines.map(printable).join('\n')}\n`;
}

/**
 * The manifest of `--manifest`: JSON, or a file that contains it.
 * @param timeout in milliseconds
 * @throws VifError INVALID_OPTIONS; TIMEOUT for a pipe without a writer
 */
export async function readManifestOption(given: string, timeout: number): Promise<VersionManifest> {
  try {
    const isJson = given.trimStart().startsWith('{');
    return readManifest(isJson ? JSON.parse(given) : await readSettings(given, 'the manifest', timeout));
  } catch (error) {
    if (isVifError(error, 'TIMEOUT')) throw error;
    const { message } = asVifError(error, 'INVALID_OPTIONS', 'It must be JSON, or a file of JSON');
    throw new VifError('INVALID_OPTIONS', `The option --manifest is not valid. ${message}`, { cause: error });
  }
}
