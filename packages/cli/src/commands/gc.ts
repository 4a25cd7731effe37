import { isUuid } from '@vifkit/core/internal';
import type { GcResult, Settled } from '@vifkit/engine';
import { readText } from '../requests/input.js';
import { idOfVif } from '../requests/object-from.js';
import { InputError } from '../requests/request.js';
import { parseRequests } from '../requests/request-splitter.js';
import type { Driver, Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { errorJson, errorLine } from '../terminal/errors.js';
import { openLogger } from '../terminal/log.js';
import { plain, type Style, styleFor } from '../terminal/output.js';
import { abortOnSignals } from '../terminal/signals.js';
import { printable, tree } from '../terminal/text.js';
import { changeBranch, changeJson } from './results.js';

interface GcSettings extends Settings {
  /** Files, or `-`. */
  readonly keep?: readonly string[];
  readonly keepNone?: boolean;
  readonly keepDomains?: boolean;
  readonly dryRun?: boolean;
}

/**
 * Removes what is left of VIFs that are not kept; the exit status is 1 if some of it could not be removed.
 * @throws InputError if the VIFs to keep are not given; VifError TIMEOUT, ABORTED if they could not be read in time
 */
export async function gc(settings: GcSettings, environment: Environment): Promise<number> {
  const { timeout, dryRun = false } = settings;
  const { env, stderr } = environment;
  const interruption = abortOnSignals(environment.signals, timeout);
  const { signal } = interruption;
  let driver: Driver | undefined;
  try {
    const listed = await readKept(settings, environment, signal);
    const logger = await openLogger(settings, stderr, env);
    driver = await environment.openDriver({ ...settings, guests: false, logger, env });
    const keep = settings.keepDomains
      ? await withDomains(listed, driver, settings, environment, signal)
      : listed;
    const results = await driver.gc({ keep, dryRun, signal, timeout });
    print(results, settings.format, dryRun, environment);
    return results.some((result) => 'error' in result) ? 1 : 0;
  } finally {
    interruption.stop();
    await driver?.close();
  }
}

async function readKept(
  { keep, keepNone, keepDomains }: GcSettings,
  { stdin }: Environment,
  signal: AbortSignal,
): Promise<string[] | 'none'> {
  if (keep !== undefined) {
    const kept: string[] = [];
    // A pipe, as standard input is, can be read only once.
    for (const file of new Set(keep)) kept.push(...parseKeep(await readText(file, stdin, signal)));
    return kept;
  }
  if (keepNone || keepDomains) return 'none';
  throw new InputError(
    'Specify which VIFs are in use: --keep FILE, or --keep-none; with --keep-domains, libvirt is asked',
  );
}

/**
 * Adds the VIFs of libvirt's domains. For some of them a domain has only the name of a link, and thus the beginning of
 * the id: all VIFs on the host whose ids begin alike are then kept.
 */
async function withDomains(
  listed: string[] | 'none',
  driver: Driver,
  { connect, timeout }: GcSettings,
  environment: Environment,
  signal: AbortSignal,
): Promise<string[] | 'none'> {
  const { keptVifs, Virsh } = await import('@vifkit/libvirt/domain');
  const { ids, beginnings } = await keptVifs(new Virsh(await environment.openCommands(), connect), signal);
  const keep = [...new Set([...(listed === 'none' ? [] : listed), ...ids])];
  const given = keep.length > 0 ? keep : ('none' as const);
  if (beginnings.size === 0) return given;
  const dead = await driver.gc({ keep: given, dryRun: true, signal, timeout });
  const alike = dead
    .map((result) => ('error' in result ? result.id : result.value.id))
    .filter((id) => id !== null && beginnings.has(id.slice(0, 11).toLowerCase()));
  const all = [...keep, ...alike.filter((id) => id !== null)];
  return all.length > 0 ? all : 'none';
}

function print(
  results: readonly Settled<GcResult>[],
  format: Settings['format'],
  dryRun: boolean,
  { stdout, stderr }: Environment,
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
  const { id, changes, isForgotten } = result.value;
  return { id, changes: changes.map(changeJson), ...(isForgotten && { isForgotten }) };
}

/** What was left of a VIF and has been, or would be, removed, as a tree. */
export function renderGc(
  { id, changes, isForgotten }: GcResult,
  dryRun: boolean,
  style: Style = plain,
): string {
  const whose = id === null ? 'shared by VIFs' : printable(id);
  const heading = `${style('bold', whose)}  ${dryRun ? 'would be removed' : 'removed'}`;
  const record = isForgotten ? [{ line: `${style('red', '-')} record of its plug` }] : [];
  return tree(heading, [...changes.map((change) => changeBranch(change, style)), ...record]);
}

/**
 * The ids of VIFs to keep: ids, one per line, or requests, VIFs or os-vif objects as JSON Lines. Any other line makes
 * the whole list invalid: it could stand for a VIF that is in use.
 * @throws InputError, also for an empty list
 */
export function parseKeep(text: string): string[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) {
    throw new InputError('The list of VIFs to keep is empty; to keep none, use --keep-none');
  }
  return isUuid(lines[0]) ? lines.map(checked) : idsOfRequests(text);
}

function idsOfRequests(text: string): string[] {
  return parseRequests(text).map((input) => {
    if ('error' in input)
      throw new InputError(`The list of VIFs to keep is not valid: ${input.error.message}`);
    const { request } = input;
    return checked(idOfVif('vif' in request ? request.vif : request));
  });
}

function checked(id: unknown): string {
  if (isUuid(id)) return id;
  const found = JSON.stringify(id)?.slice(0, 80) ?? 'a VIF without an id';
  throw new InputError(
    `The list of VIFs to keep is not valid: it has ${found}, where the id of a VIF should be`,
  );
}
