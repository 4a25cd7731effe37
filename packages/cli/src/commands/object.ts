import { asVifError, type Primitive, toPrimitive, type VersionManifest, type VifError } from '@vifkit/core';
import type { Input } from '../input/input.js';
import { openInput } from '../input/open-input.js';
import { readRequests } from '../input/read-requests.js';
import { openLogger } from '../logger.js';
import { idOf, isObject, objectFrom } from '../objects/object-from.js';
import { readManifestOption } from '../objects/read-manifest-option.js';
import { errorJson } from '../output/error-json.js';
import { errorLine } from '../output/error-line.js';
import { printable } from '../output/printable.js';
import { writeOut } from '../output/write-out.js';
import type { Settings } from '../settings.js';
import { abortOnSignals } from '../signals.js';
import type { Driver, Surroundings } from '../surroundings.js';
import { smallBatch } from './batch-sizes.js';

type Answer = { readonly object: Primitive } | { readonly id: string | undefined; readonly error: VifError };

/**
 * Reads os-vif objects and VIFs of the network model, and writes os-vif objects; the exit status is 1 if one of them
 * could not be read, or has no converter.
 * @throws InputError if the file cannot be read
 * @throws VifError INVALID_OPTIONS for a manifest that is none
 */
export async function object(
  settings: Settings & { readonly manifest?: string },
  surroundings: Surroundings,
  file: string,
): Promise<number> {
  const { format, manifest: given } = settings;
  const manifest = given === undefined ? undefined : await readManifestOption(given, settings.timeout);
  const { stdout, stderr } = surroundings;
  const interruption = abortOnSignals(surroundings.signals, settings.timeout);
  let driver: Converter = noDriver;
  let status = 0;
  try {
    const text = openInput(file, surroundings.stdin);
    for await (const { inputs } of readRequests(text, smallBatch, interruption.signal)) {
      if (driver === noDriver && inputs.some(needsDriver)) driver = await openDriver(settings, surroundings);
      const answers = inputs.map((input) => answer(input, driver, manifest));
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

/** For an input of objects alone: neither plugins nor host are loaded. */
const noDriver: Converter = { convert: () => undefined, close: async () => {} };

function needsDriver(input: Input): boolean {
  return 'request' in input && !isObject(input.request);
}

async function openDriver(settings: Settings, { openDriver, env, stderr }: Surroundings): Promise<Converter> {
  return openDriver({ ...settings, guests: false, env, logger: await openLogger(settings.verbose, stderr) });
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

/** As JSON over many lines, with what could steer a terminal escaped as JSON has it. */
function laidOut(object: Primitive): string {
  const lines = JSON.stringify(object, null, 2).split('\n');
  return `${lines.map(printable).join('\n')}\n`;
}
