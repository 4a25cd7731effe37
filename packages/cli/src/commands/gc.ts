import type { GcResult, Settled } from '@vifkit/engine';
import { InputError } from '../input/input-error.js';
import { parseKeep } from '../input/parse-keep.js';
import { readText } from '../input/read-text.js';
import { openLogger } from '../logger.js';
import { errorJson } from '../output/error-json.js';
import { errorLine } from '../output/error-line.js';
import { renderGc } from '../output/render-gc.js';
import { styleFor } from '../output/style.js';
import { changeJson } from '../output/to-json.js';
import type { Settings } from '../settings.js';
import { abortOnSignals } from '../signals.js';
import type { Driver, Surroundings } from '../surroundings.js';

interface GcSettings extends Settings {
  /** A file, or `-`. */
  readonly keep?: string;
  readonly keepNone?: boolean;
  readonly dryRun?: boolean;
}

/**
 * Removes what is left of VIFs that are not kept; the exit status is 1 if some of it could not be removed.
 * @throws InputError if it is not said which are kept; VifError TIMEOUT, ABORTED if that could not be read in time
 */
export async function gc(settings: GcSettings, surroundings: Surroundings): Promise<number> {
  const { timeout, dryRun = false, verbose } = settings;
  const { env, stderr } = surroundings;
  const interruption = abortOnSignals(surroundings.signals, timeout);
  const { signal } = interruption;
  let driver: Driver | undefined;
  try {
    const keep = await readKept(settings, surroundings, signal);
    const logger = await openLogger(verbose, stderr);
    driver = await surroundings.openDriver({ ...settings, guests: false, logger, env });
    const results = await driver.gc({ keep, dryRun, signal, timeout });
    print(results, settings.format, dryRun, surroundings);
    return results.some((result) => 'error' in result) ? 1 : 0;
  } finally {
    interruption.stop();
    await driver?.close();
  }
}

async function readKept(
  { keep, keepNone }: GcSettings,
  { stdin }: Surroundings,
  signal: AbortSignal,
): Promise<string[] | 'none'> {
  if (keep !== undefined) return parseKeep(await readText(keep, stdin, signal));
  if (keepNone) return 'none';
  throw new InputError('Say which VIFs are in use: --keep FILE, or --keep-none');
}

function print(
  results: readonly Settled<GcResult>[],
  format: Settings['format'],
  dryRun: boolean,
  { stdout, stderr }: Surroundings,
): void {
  if (format === 'json') {
    stdout.write(results.map((result) => `${JSON.stringify(toJson(result))}\n`).join(''));
    return;
  }
  for (const result of results) {
    if ('error' in result) stderr.write(errorLine(result.id, result.error));
    else stdout.write(renderGc(result.value, dryRun, styleFor(stdout)));
  }
  if (results.length === 0) stdout.write('✓ nothing to remove\n');
}

function toJson(result: Settled<GcResult>): object {
  if ('error' in result) return { id: result.id, error: errorJson(result.error) };
  const { id, changes } = result.value;
  return { id, changes: changes.map(changeJson) };
}
