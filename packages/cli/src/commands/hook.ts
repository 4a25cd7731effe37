import type { CallOptions, ChangeResult, Failure, Settled } from '@vifkit/engine';
import { type DomainRequest, type HookTask, hookRequests, hookTask } from '@vifkit/libvirt/domain';
import { readText } from '../requests/input.js';
import type { Driver, Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { errorLine } from '../terminal/errors.js';
import { openLogger } from '../terminal/log.js';
import { abortOnSignals } from '../terminal/signals.js';

/**
 * libvirt calls this at each step of a domain's life, with the domain's XML on standard input. A domain without
 * requests in its metadata is left alone: nothing is opened for it. Nothing may be printed on standard output, where
 * libvirt expects XML.
 * @returns 1 if the guest must not start; what was plugged for it is then unplugged
 */
export async function hook(
  settings: Settings,
  environment: Environment,
  [domain = '', operation = '', subOperation = '']: readonly string[],
): Promise<number> {
  const task = hookTask({ domain, operation, subOperation });
  if (!task) return 0;
  const { env, stdin, stderr } = environment;
  const interruption = abortOnSignals(environment.signals, settings.timeout);
  const { signal } = interruption;
  let driver: Driver | undefined;
  try {
    const { requests } = hookRequests(await readText('-', stdin, signal));
    if (requests.length === 0) return 0;
    const logger = await openLogger(settings, stderr, environment.env);
    driver = await environment.openDriver({ ...settings, guests: false, logger, env });
    const { timeout, undoTimeout } = settings;
    const results = await carryOut(driver, task, requests, { signal, timeout, undoTimeout });
    const failed = results.filter((result) => 'error' in result);
    for (const { id, error } of failed) stderr.write(errorLine(id, error));
    if (failed.length === 0 || task === 'repair' || task === 'unplug') return 0;
    for (const { id, error } of await undo(driver, requests, results, undoTimeout)) {
      stderr.write(errorLine(id, error));
    }
    return 1;
  } finally {
    interruption.stop();
    await driver?.close();
  }
}

function carryOut(
  driver: Driver,
  task: HookTask,
  requests: readonly DomainRequest[],
  options: CallOptions,
): Promise<Settled<ChangeResult>[]> {
  if (task === 'unplug') return driver.unplugAll(requests, { ...options, phase: 'release' });
  const managedBy = 'vif hook';
  return driver.plugAll(requests, { ...options, managedBy, ...(task === 'prepare' && { phase: 'prepare' }) });
}

/**
 * Unplugs what this call has plugged. It has a time of its own: that of the call may be over.
 * @returns what could not be unplugged
 */
async function undo(
  driver: Driver,
  requests: readonly DomainRequest[],
  results: readonly Settled<ChangeResult>[],
  undoTimeout: number,
): Promise<Failure[]> {
  const plugged = requests.filter((_, i) => {
    const result = results[i];
    return result && 'value' in result && result.value.changes.length > 0;
  });
  const undone = await driver.unplugAll(plugged, { timeout: undoTimeout });
  return undone.filter((result) => 'error' in result);
}
