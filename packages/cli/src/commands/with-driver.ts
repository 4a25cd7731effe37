import type { Logger } from '@vifkit/core';
import { openRequests } from '../requests/open-requests.js';
import { readRequests } from '../requests/read-requests.js';
import type { Input } from '../requests/request.js';
import { requestsIn } from '../requests/shapes.js';
import type { Driver, Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { openLogger } from '../terminal/log.js';
import { abortOnSignals } from '../terminal/signals.js';

export interface DriverNeeds {
  /** Whether guests' devices are needed. */
  readonly guests?: boolean;
  /** Milliseconds for the work, infinity for no limit; those of the settings unless given. */
  readonly timeout?: number;
  /** The logger, if it is already open. */
  readonly logger?: Logger | undefined;
}

/** Opens a driver for a piece of work. The signal fires at the deadline or when the command is interrupted. */
export async function withDriver<T>(
  settings: Settings,
  environment: Environment,
  work: (driver: Driver, signal: AbortSignal) => Promise<T>,
  { guests = false, timeout = settings.timeout, logger: opened }: DriverNeeds = {},
): Promise<T> {
  const { env, stderr } = environment;
  const interruption = abortOnSignals(environment.signals, timeout);
  let driver: Driver | undefined;
  try {
    const logger = opened ?? (await openLogger(settings, stderr, env));
    driver = await environment.openDriver({ ...settings, guests, logger, env });
    return await work(driver, interruption.signal);
  } finally {
    interruption.stop();
    await driver?.close();
  }
}

const many = 10_000;

/**
 * All requests of files at once, for commands that must know all of them before they start.
 * @throws InputError
 */
export async function readAll(
  files: readonly string[],
  { instance }: Settings,
  { stdin }: Environment,
  signal: AbortSignal,
): Promise<Input[]> {
  const inputs: Input[] = [];
  const given = openRequests(files, stdin, (input) => requestsIn(input, instance));
  for await (const batch of readRequests(given, many, signal)) inputs.push(...batch.inputs);
  return inputs;
}
