import { VifError } from '@vifkit/core';
import type { PluggedVif } from '@vifkit/engine';
import type { Driver, Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { errorJson, errorLine } from '../terminal/errors.js';
import { type Style, styleFor, writeOut } from '../terminal/output.js';
import { printable } from '../terminal/text.js';
import { stateOf, type VifState } from './results.js';
import { withDriver } from './with-driver.js';

/** The error for a VIF whose request is not recorded. */
export function notRecorded({ vifId }: Pick<PluggedVif, 'vifId'>): VifError {
  const text =
    `VIF ${vifId} is plugged, but nothing on this host records its request: plug it again with its request, ` +
    `or unplug it by vif unplug ${vifId}`;
  return new VifError('VIF_NOT_RECORDED', text, { vifId });
}

/** A plugged VIF, with the result of a check. */
interface ListedVif {
  readonly vif: PluggedVif;
  readonly state: VifState;
}

/** Prints what is plugged on this host; the exit status is 1 if some of it could not be read. */
export async function list(settings: Settings, environment: Environment): Promise<number> {
  return withDriver(settings, environment, async (driver, signal) => {
    const { timeout, format } = settings;
    const { vifs, failures } = await driver.list({ signal, timeout });
    const states = await checkRecorded(driver, vifs, { signal, timeout });
    const listed = vifs.map((vif) => ({ vif, state: states.get(vif) ?? 'unknown' }));
    const { stdout, stderr } = environment;
    if (format === 'json') {
      const failed = failures.map((error) => ({ id: null, error: errorJson(error) }));
      const lines = [...listed.map(listedJson), ...failed];
      await writeOut(stdout, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    } else {
      await writeOut(stdout, listed.length > 0 ? table(listed, styleFor(stdout)) : 'no VIF is plugged\n');
      for (const error of failures) stderr.write(errorLine(null, error));
    }
    return failures.length > 0 ? 1 : 0;
  });
}

async function checkRecorded(
  driver: Driver,
  vifs: readonly PluggedVif[],
  options: { readonly signal: AbortSignal; readonly timeout: number },
): Promise<Map<PluggedVif, VifState>> {
  const recorded = vifs.filter(({ request }) => request);
  if (recorded.length === 0) return new Map();
  const results = await driver.checkAll(
    recorded.map(({ request }) => request),
    options,
  );
  return new Map(recorded.flatMap((vif, i) => (results[i] ? [[vif, stateOf(results[i])]] : [])));
}

function listedJson({ vif, state }: ListedVif): object {
  const { vifId, request: _request, things, ...known } = vif;
  const listed = things.map(({ kind, name, attributes }) => ({ kind, name, attributes }));
  return { id: vifId, ...known, state, things: listed };
}

const columns: readonly (readonly [title: string, of: (listed: ListedVif) => string | undefined])[] = [
  ['VIF', ({ vif }) => vif.vifId],
  ['TYPE', ({ vif }) => vif.type],
  ['INSTANCE', ({ vif }) => vif.instance],
  ['MAC', ({ vif }) => vif.mac],
  ['DEVICE', ({ vif }) => vif.device],
  ['STATE', ({ state }) => state],
  ['MANAGER', ({ vif }) => vif.managedBy],
  ['SINCE', ({ vif }) => vif.since?.replace(/\.\d+Z$/, 'Z')],
];

function table(listed: readonly ListedVif[], style: Style): string {
  const rows = listed.map((each) => columns.map(([, of]) => printable(of(each) ?? '-')));
  const titles = columns.map(([title]) => title);
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  const coloured = rows.map((row, i) => {
    const state = listed[i]?.state ?? 'unknown';
    return isWell(state) ? line(row) : style(state === 'unknown' ? 'yellow' : 'red', line(row));
  });
  return `${[style('bold', line(titles)), ...coloured].join('\n')}\n`;
}

function isWell(state: VifState): boolean {
  return state === 'sound' || state === 'waiting';
}
