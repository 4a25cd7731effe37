import { VifError } from '@vifkit/core';
import type {
  CallOptions,
  CheckResult,
  ConfigResult,
  MigrationPhase,
  PlugOptions,
  Settled,
  UnplugOptions,
} from '@vifkit/engine';
import { openRequests } from '../requests/open-requests.js';
import { readRequests } from '../requests/read-requests.js';
import type { Input } from '../requests/request.js';
import { requestsIn } from '../requests/shapes.js';
import type { Driver, Environment } from '../settings/environment.js';
import { areIds, isPicture, type Settings } from '../settings/settings.js';
import { openLogger } from '../terminal/log.js';
import type { Style } from '../terminal/output.js';
import { abortOnSignals } from '../terminal/signals.js';
import { Report } from './report.js';
import {
  type AnyResult,
  type CommandResult,
  isNotable,
  renderChanges,
  renderCheck,
  renderDevice,
  renderPlan,
} from './results.js';

/** For commands that only compute: results are printed soon, and the progress bar moves. */
export const smallBatch = 100;

/**
 * For commands that query the host: a batch shares one read of its links, one OVSDB transaction, one wait for
 * ovs-vswitchd.
 */
export const largeBatch = 500;

/** The options with which a command calls the driver; `wait` matters only for a plug. */
type CommandOptions = CallOptions &
  Pick<PlugOptions<never>, 'wait'> &
  Pick<UnplugOptions, 'force'> & { readonly phase?: MigrationPhase };

/** The settings that affect the exit status. */
type ResultSettings = Pick<Settings, 'strict'>;

/** A command that answers requests. */
export interface RequestCommand {
  readonly name: string;
  /** Whether it needs guests' devices. */
  readonly guests: boolean;
  /** How many requests it answers in one batch. */
  readonly batch: number;
  /** Reports the result of each request as soon as there is one; settles when all are reported. */
  run(
    driver: Driver,
    requests: readonly object[],
    options: CommandOptions,
    report: OnResult,
    settings?: ResultSettings,
  ): Promise<unknown>;
}

/** Takes the result of a request, with the request's index. */
type OnResult = (result: Settled<CommandResult>, index: number) => void;

const rows: readonly RequestCommand[] = [
  requestCommand<ConfigResult>('config', (driver, ...given) => driver.configAll(...given), {
    text: ({ device }) => renderDevice(device),
    guests: true,
    batch: smallBatch,
  }),
  requestCommand(
    'plan',
    // `plug --dry-run` may have the other options of a plug.
    (driver, requests, { phase: _phase, wait: _wait, force: _force, ...options }) =>
      driver.planAll(requests, options),
    { text: renderPlan },
  ),
  requestCommand(
    'plug',
    (driver, requests, { phase, ...options }) => {
      const given = phase === 'prepare' || phase === 'activate' ? { phase } : {};
      return driver.plugAll(requests, { ...options, ...given });
    },
    { text: renderChanges },
  ),
  requestCommand('check', (driver, ...given) => driver.checkAll(...given), {
    text: renderCheck,
    differs: hasDifference,
  }),
  requestCommand(
    'unplug',
    (driver, requests, options) => driver.unplugAll(requests, unplugOptions(options)),
    { text: renderChanges },
  ),
];

/** The options of a command that matter for an unplug. */
export function unplugOptions({ phase, force, wait: _, ...options }: CommandOptions): UnplugOptions {
  const given = phase === 'deactivate' || phase === 'release' ? { phase } : {};
  return { ...options, ...given, ...(force && { force }) };
}

/** The commands that each call one method of the driver, by name. */
export const requestCommands: ReadonlyMap<string, RequestCommand> = new Map(
  rows.map((row) => [row.name, row]),
);

function hasDifference({ differences, connection }: CheckResult, { strict }: ResultSettings): boolean {
  return differences.length > 0 || isNotable(connection, strict);
}

/** The command result of `vif check`. */
export function checked(result: Settled<CheckResult>, settings: ResultSettings): Settled<CommandResult> {
  if ('error' in result) return result;
  const { value } = result;
  const text = (style: Style) => renderCheck(value, style);
  return { ok: true, value: { result: value, text, differs: hasDifference(value, settings) } };
}

interface Shown<T> {
  /** The result for people, ended by a newline. */
  readonly text: (value: T, style: Style) => string;
  /** Whether the exit status is 1, though there is no error. */
  readonly differs?: (value: T, settings: ResultSettings) => boolean;
  readonly guests?: boolean;
  readonly batch?: number;
}

/** A command whose results come from a method of the driver. */
export function requestCommand<T extends AnyResult>(
  name: string,
  method: (
    driver: Driver,
    requests: readonly object[],
    options: CommandOptions & { readonly onResult: (result: Settled<T>, index: number) => void },
  ) => Promise<unknown>,
  { text, differs = () => false, guests = false, batch = largeBatch }: Shown<T>,
): RequestCommand {
  return {
    name,
    guests,
    batch,
    run: (driver, requests, options, report, settings = {}) => {
      const onResult = (result: Settled<T>, index: number) => {
        if ('error' in result) return report(result, index);
        const { value } = result;
        const shown = { result: value, text: (style: Style) => text(value, style) };
        report({ ok: true, value: { ...shown, differs: differs(value, settings) } }, index);
      };
      return method(driver, requests, { ...options, onResult });
    },
  };
}

/** @throws VifError INVALID_OPTIONS for options that exclude each other, or would have no effect */
export function requireConsistent(settings: Settings, files: readonly string[]): void {
  const { all, format, output, instance, quiet, summary } = settings;
  const [file = '-', ...others] = files;
  if (all && (file !== '-' || others.length > 0)) {
    throw refused(`--all stands for all plugged VIFs: leave out --all, or ${file}`);
  }
  if (instance !== undefined && (all || areIds(files))) {
    throw instanceOfPlugged();
  }
  if (output !== undefined && (format === 'json' || format === 'text')) {
    throw refused(
      `--output is for pictures and metrics, not for ${format}: give another --format, or leave it out`,
    );
  }
  if ((quiet || summary) && isPicture(format)) {
    throw refused(`--quiet and --summary have no effect on a picture (${format}): leave them out`);
  }
  if (quiet && format === 'prometheus') {
    throw refused('--quiet has no effect on metrics: only failures are printed beside them. Leave it out');
  }
}

/** The error for an instance of a VIF that is not in a file. */
export function instanceOfPlugged(): VifError {
  return refused('--instance is for VIFs in files; a plugged VIF has its instance: leave out --instance');
}

function refused(text: string): VifError {
  return new VifError('INVALID_OPTIONS', text);
}

/** The time of a call that may wait for its ports, too. */
export function timeoutOf({ timeout, wait }: Pick<Settings, 'timeout' | 'wait'>): number {
  return Math.max(timeout, typeof wait === 'number' ? wait : 0);
}

/** The settings that a command passes on to the driver. */
export function commandOptions(settings: Settings, signal: AbortSignal): CommandOptions {
  const { wait, phase, force, undoTimeout } = settings;
  return {
    ...{ signal, timeout: timeoutOf(settings), undoTimeout },
    ...(wait && { wait }),
    ...(phase && { phase }),
    ...(force && { force }),
  };
}

/**
 * Runs a command for the requests of files as they are read, and resolves to its exit status.
 * @throws InputError if a file cannot be read completely; the requests before that are then done
 * @throws VifError if the driver cannot be made
 */
export async function runRequests(
  command: RequestCommand,
  files: readonly string[],
  settings: Settings,
  environment: Environment,
): Promise<number> {
  const interruption = abortOnSignals(environment.signals, timeoutOf(settings));
  const { signal } = interruption;
  const options = commandOptions(settings, signal);
  const logger = await openLogger(settings, environment.stderr, environment.env);
  const report = new Report(command.name, settings, environment, logger);
  let driver: Driver | undefined;
  try {
    const given = openRequests(files, environment.stdin, (input) => requestsIn(input, settings.instance));
    for await (const { inputs, isLast } of readRequests(given, command.batch, signal)) {
      driver ??= await environment.openDriver({
        ...settings,
        guests: command.guests,
        logger,
        env: environment.env,
      });
      const opened = driver;
      const first = report.expect(inputs.length, isLast);
      await runInputs(
        inputs,
        (requests, onResult) => command.run(opened, requests, options, onResult, settings),
        (result, index) => report.add(result, first + index),
      );
      await report.printed; // and a turn for signals and the end of the time: a batch need not wait for anything
    }
    return report.status;
  } finally {
    report.end();
    interruption.stop();
    await driver?.close();
  }
}

/** Runs a command for inputs; for an input that is not a request, the error is reported at once. */
async function runInputs(
  inputs: readonly Input[],
  run: (requests: readonly object[], report: OnResult) => Promise<unknown>,
  report: OnResult,
): Promise<void> {
  const requests: object[] = [];
  const places: number[] = [];
  for (const [place, input] of inputs.entries()) {
    if ('error' in input) report({ ok: false, id: null, error: input.error }, place);
    else {
      requests.push(input.request);
      places.push(place);
    }
  }
  await run(requests, (result, index) => {
    const place = places[index];
    if (place !== undefined) report(result, place);
  });
}
