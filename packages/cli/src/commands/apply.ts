import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger, VifError } from '@vifkit/core';
import type { ChangeResult, GcResult, PlanResult, PluggedVif, Settled } from '@vifkit/engine';
import { idOfVif } from '../requests/object-from.js';
import { InputError } from '../requests/request.js';
import type { Driver, Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { errorJson, errorLine } from '../terminal/errors.js';
import { openLogger } from '../terminal/log.js';
import { styleFor, writeOut } from '../terminal/output.js';
import { printable } from '../terminal/text.js';
import { changeJson, renderChanges, renderPlan, toJson } from './results.js';
import { readAll, withDriver } from './with-driver.js';

interface ApplySettings extends Settings {
  readonly dryRun?: boolean;
  /** Which VIFs that are not in the files are unplugged: those that apply plugged, all that carry our mark, or none. */
  readonly prune?: 'own' | 'all' | 'none';
  /** Whether there may be no VIF at all. */
  readonly none?: boolean;
}

type Action = 'plug' | 'unplug';
type Applied = Settled<ChangeResult> | Settled<PlanResult> | Settled<GcResult>;

/** The recorded manager of what apply has plugged. libvirt's hook and agents also plug VIFs, which are in no file. */
const MANAGER = 'vif apply';

/**
 * Plugs the VIFs of files on this host: unplugs what it plugged before and is no longer in the files, then plugs what
 * is. The exit status is 1 if any of that failed. Nothing is done unless all files, and every request in them, can be
 * read.
 * @throws InputError for an unreadable file, for two requests for the same VIF, and for files without any request
 */
export async function apply(
  settings: ApplySettings,
  environment: Environment,
  files: readonly string[],
): Promise<number> {
  const logger = await openLogger(settings, environment.stderr, environment.env);
  const work = async (driver: Driver, signal: AbortSignal) => {
    const wanted = await readWanted(files, settings, environment, signal);
    if (!wanted) return 1;
    const { vifs, failures } = await driver.list({ signal, timeout: settings.timeout });
    const others = vifs.filter(({ vifId }) => !wanted.has(vifId.toLowerCase()));
    const surplus = others.filter((vif) => isToGo(vif, settings));
    const report = new ApplyReport(settings, environment, logger, otherManagers(vifs));
    for (const error of failures) await report.add('unplug', { ok: false, id: null, error });
    if (settings.dryRun) await foresee(driver, surplus, wanted, settings.timeout, signal, report);
    else await carryOut(driver, surplus, [...wanted.values()], settings, signal, report);
    return report.end(wanted.size, others.length - surplus.length);
  };
  return withDriver(settings, environment, work, { logger });
}

function isToGo({ managedBy }: PluggedVif, { prune = 'own' }: ApplySettings): boolean {
  return prune === 'all' || (prune === 'own' && managedBy === MANAGER);
}

/** The other managers of VIFs, such as libvirt's hook, by the ids of the VIFs. */
function otherManagers(vifs: readonly PluggedVif[]): ReadonlyMap<string, string> {
  return new Map(
    vifs.flatMap(({ vifId, managedBy }) =>
      managedBy === undefined || managedBy === MANAGER ? [] : [[vifId.toLowerCase(), managedBy]],
    ),
  );
}

/** Requests by the ids of their VIFs, in lower case; undefined if one cannot be read, which is then reported. */
async function readWanted(
  files: readonly string[],
  settings: ApplySettings,
  environment: Environment,
  signal: AbortSignal,
): Promise<Map<string, object> | undefined> {
  const inputs = await readAll(await expandFolders(files), settings, environment, signal);
  const wanted = new Map<string, object>();
  let isWhole = true;
  for (const input of inputs) {
    if ('error' in input) {
      await printUnread(input.error, settings, environment);
      isWhole = false;
      continue;
    }
    const id = idOfVif(Reflect.get(input.request, 'vif'));
    if (typeof id !== 'string') {
      throw new InputError(`${input.subject} has no VIF with an id: give it vif.id. Nothing is changed`);
    }
    if (wanted.has(id.toLowerCase())) {
      throw new InputError(
        `VIF ${printable(id)} has two requests; keep only one of them. Nothing is changed`,
      );
    }
    wanted.set(id.toLowerCase(), input.request);
  }
  if (!isWhole) {
    environment.stderr.write('vif: nothing is changed until every request can be read\n');
    return undefined;
  }
  if (wanted.size === 0 && !settings.none) {
    throw new InputError(
      'There are no requests, so everything that apply plugged would be unplugged; if you mean that, add --none',
    );
  }
  return wanted;
}

function printUnread(
  error: VifError,
  { format }: ApplySettings,
  { stdout, stderr }: Environment,
): Promise<void> {
  if (format !== 'json') return writeOut(stderr, errorLine(null, error));
  return writeOut(stdout, `${JSON.stringify({ id: null, error: errorJson(error) })}\n`);
}

const endings = /\.(json|jsonl|ndjson|yaml|yml)$/;

/** The files of folders, by their names; other files in a folder are ignored. */
async function expandFolders(files: readonly string[]): Promise<string[]> {
  const expanded = files.map(async (file) => {
    const isFolder = file !== '-' && (await stat(file).catch(() => undefined))?.isDirectory();
    if (!isFolder) return [file];
    const names = (await readdir(file)).filter((name) => endings.test(name) && !name.startsWith('.'));
    return names.sort().map((name) => join(file, name));
  });
  return (await Promise.all(expanded)).flat();
}

async function foresee(
  driver: Driver,
  surplus: readonly PluggedVif[],
  wanted: ReadonlyMap<string, object>,
  timeout: number,
  signal: AbortSignal,
  report: ApplyReport,
): Promise<void> {
  const leaving = new Set(surplus.map(({ vifId }) => vifId.toLowerCase()));
  const keep = wanted.size > 0 ? wanted.keys() : ('none' as const);
  const found = leaving.size > 0 ? await driver.gc({ keep, dryRun: true, signal, timeout }) : [];
  for (const result of found) {
    const id = 'error' in result ? result.id : result.value.id;
    if (id !== null && leaving.delete(id.toLowerCase())) await report.add('unplug', result);
  }
  for (const { vifId } of surplus) {
    if (leaving.has(vifId.toLowerCase()))
      await report.add('unplug', { ok: true, value: { id: vifId, changes: [] } });
  }
  for (const result of await driver.planAll([...wanted.values()], { signal, timeout })) {
    await report.add('plug', result);
  }
}

/** Unplugs first, because the new VIFs may need the same names. */
async function carryOut(
  driver: Driver,
  surplus: readonly PluggedVif[],
  wanted: readonly object[],
  { timeout, undoTimeout }: ApplySettings,
  signal: AbortSignal,
  report: ApplyReport,
): Promise<void> {
  const options = { signal, timeout, undoTimeout };
  const ids = surplus.map(({ vifId }) => vifId);
  for (const result of await driver.unplugById(ids, options)) await report.add('unplug', result);
  const plugged = await driver.plugAll(wanted, { ...options, managedBy: MANAGER });
  for (const result of plugged) await report.add('plug', result);
}

/** Prints what was done, and counts it. */
class ApplyReport {
  readonly #counts = { plug: 0, unplug: 0, failed: 0 };
  /** The managers from whom VIFs are taken over, one name each. */
  readonly #taken: string[] = [];

  constructor(
    private readonly settings: ApplySettings,
    private readonly environment: Environment,
    private readonly logger: Logger | undefined,
    private readonly managers: ReadonlyMap<string, string>,
  ) {}

  async add(action: Action, result: Applied): Promise<void> {
    const { stdout } = this.environment;
    const isError = 'error' in result;
    if (isError) this.#counts.failed += 1;
    else if (action === 'unplug' || writes(result.value)) this.#counts[action] += 1;
    if (!isError && action === 'plug' && 'vifId' in result.value) {
      const manager = this.managers.get(result.value.vifId.toLowerCase());
      if (manager !== undefined) this.#taken.push(manager);
    }
    if (this.settings.format === 'json') {
      await writeOut(stdout, `${JSON.stringify({ ...appliedJson(result), action })}\n`);
    } else if (isError) {
      await this.#printError(result);
    } else if (action === 'unplug' || writes(result.value)) {
      await writeOut(stdout, this.#text(action, result.value));
    }
  }

  /** Prints the summary, and returns the exit status. */
  async end(wanted: number, left: number): Promise<number> {
    const { plug, unplug, failed } = this.#counts;
    const [plugged, unplugged, takenOver] = this.settings.dryRun
      ? ['to plug', 'to unplug', 'to take over']
      : ['plugged', 'unplugged', 'taken over'];
    const others = left === 0 ? '' : `, ${left} left alone`;
    const names = [...new Set(this.#taken)].map(printable).join(', ');
    const over = names === '' ? '' : `, ${this.#taken.length} ${takenOver} from ${names}`;
    const line = `${wanted} wanted: ${plug} ${plugged}, ${unplug} ${unplugged}, ${failed} failed${others}${over}\n`;
    await writeOut(this.settings.format === 'json' ? this.environment.stderr : this.environment.stdout, line);
    return failed > 0 ? 1 : 0;
  }

  async #printError({ id, error }: { readonly id: string | null; readonly error: VifError }): Promise<void> {
    const { stderr } = this.environment;
    if (!this.logger || stderr.isTTY) return writeOut(stderr, errorLine(id, error));
    // The result of a plug or an unplug is already in the log.
    const { code, message, vifId } = error;
    if (this.settings.dryRun || id === null) {
      this.logger.error({ request: id, vif: vifId, code }, `apply failed: ${message}`);
    }
  }

  #text(action: Action, value: ChangeResult | PlanResult | GcResult): string {
    const style = styleFor(this.environment.stdout);
    if ('steps' in value) return renderPlan(value, style);
    if ('path' in value) return renderChanges(value, style);
    const what = `${action} ${value.id ?? ''}`;
    return renderChanges({ ...nobody, id: what, vifId: what, changes: value.changes }, style);
  }
}

/** For a VIF that is known only by its mark. */
const nobody = { path: 'os-vif', plugin: 'by its mark', reason: '', stepCount: 0, timeline: [] } as const;

function writes(value: ChangeResult | PlanResult | GcResult): boolean {
  return 'steps' in value ? value.steps.some((step) => step.writes) : value.changes.length > 0;
}

function appliedJson(result: Applied): object {
  if ('error' in result) return toJson(result);
  const { value } = result;
  if ('path' in value) return toJson({ ok: true, value });
  return { id: value.id, changes: value.changes.map(changeJson) };
}
