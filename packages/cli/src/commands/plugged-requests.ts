import { VifError } from '@vifkit/core';
import type { Failure, UnplugOptions } from '@vifkit/engine';
import { InputError } from '../requests/request.js';
import type { Driver, Environment } from '../settings/environment.js';
import { areIds, meansPlugged, type Settings } from '../settings/settings.js';
import { openLogger } from '../terminal/log.js';
import { notRecorded } from './plugged.js';
import { Report } from './report.js';
import { commandOptions, type RequestCommand, requestCommand, unplugOptions } from './request-commands.js';
import { renderChanges } from './results.js';
import { readAll, withDriver } from './with-driver.js';

/** The requests for a command, and the errors for VIFs that have none. */
export interface RequestsToAnswer {
  readonly requests: readonly object[];
  readonly errors: readonly Failure[];
}

function failure(id: string | null, error: VifError): Failure {
  return { ok: false, id, error };
}

/**
 * The requests of files, or those with which VIFs were plugged.
 * @throws InputError
 */
export async function requestsToAnswer(
  driver: Driver,
  files: readonly string[],
  settings: Settings,
  environment: Environment,
  signal: AbortSignal,
): Promise<RequestsToAnswer> {
  if (meansPlugged(settings, environment, files)) {
    return pluggedRequests(driver, areIds(files) ? files : undefined, settings.timeout, signal);
  }
  const inputs = await readAll(files, settings, environment, signal);
  return {
    requests: inputs.flatMap((input) => ('request' in input ? [input.request] : [])),
    errors: inputs.flatMap((input) => ('error' in input ? [failure(null, input.error)] : [])),
  };
}

/**
 * @param ids of the VIFs that matter; all unless given
 * @throws InputError for one that is not plugged
 */
async function pluggedRequests(
  driver: Driver,
  ids: readonly string[] | undefined,
  timeout: number,
  signal: AbortSignal,
): Promise<RequestsToAnswer> {
  const { vifs, failures } = await driver.list({ signal, timeout });
  const wanted = ids && new Set(ids.map((id) => id.toLowerCase()));
  const chosen = wanted ? vifs.filter(({ vifId }) => wanted.has(vifId.toLowerCase())) : vifs;
  for (const { vifId } of chosen) wanted?.delete(vifId.toLowerCase());
  const [missing] = wanted ?? [];
  if (missing !== undefined) {
    throw new InputError(
      `No VIF ${missing} is plugged on this host: vif list shows those that are, or name a file`,
    );
  }
  return {
    requests: chosen.flatMap(({ request }) => request ?? []),
    errors: [
      ...chosen.filter(({ request }) => !request).map((vif) => failure(vif.vifId, notRecorded(vif))),
      ...failures.map((error) => failure(null, error)),
    ],
  };
}

/**
 * Runs a command for VIFs that are plugged, by the requests that they were plugged with, and resolves to its exit status.
 * @param words the ids of the VIFs; all VIFs unless given
 * @throws InputError for an id without a plugged VIF
 */
export async function runPlugged(
  command: RequestCommand,
  words: readonly string[],
  settings: Settings,
  environment: Environment,
): Promise<number> {
  const { timeout, undoTimeout } = settings;
  const logger = await openLogger(settings, environment.stderr, environment.env);
  const report = new Report(command.name, settings, environment, logger);
  const work = async (...[driver, signal]: Parameters<Parameters<typeof withDriver>[2]>) => {
    const ids = areIds(words) ? words : undefined;
    const { requests, errors } = await pluggedRequests(driver, ids, timeout, signal);
    report.expect(requests.length + errors.length, true);
    for (const [place, error] of errors.entries()) report.add(error, place);
    for (let done = 0; done < requests.length; done += command.batch) {
      const batch = requests.slice(done, done + command.batch);
      const first = errors.length + done;
      const options = { signal, timeout, undoTimeout };
      await command.run(
        driver,
        batch,
        options,
        (result, index) => report.add(result, first + index),
        settings,
      );
      await report.printed;
    }
    await report.printed;
    return report.status;
  };
  try {
    return await withDriver(settings, environment, work, { guests: command.guests, logger });
  } finally {
    report.end();
  }
}

/** Unplugs VIFs by their ids, and resolves to the exit status. A VIF that is not plugged is not an error. */
export async function unplugByIds(
  ids: readonly string[],
  settings: Settings,
  environment: Environment,
): Promise<number> {
  const logger = await openLogger(settings, environment.stderr, environment.env);
  const report = new Report('unplug', settings, environment, logger);
  const byId = (driver: Driver, options: UnplugOptions) => driver.unplugById(ids, options);
  const command = requestCommand('unplug', (driver, _, options) => byId(driver, unplugOptions(options)), {
    text: renderChanges,
  });
  report.expect(ids.length, true);
  try {
    const work = async (driver: Driver, signal: AbortSignal) => {
      const options = commandOptions(settings, signal);
      await command.run(driver, [], options, (result, index) => report.add(result, index));
      await report.printed;
      return report.status;
    };
    return await withDriver(settings, environment, work, { logger });
  } finally {
    report.end();
  }
}
