import { answerInputs } from '../input/answer-inputs.js';
import { openInput } from '../input/open-input.js';
import { readRequests } from '../input/read-requests.js';
import { openLogger } from '../logger.js';
import type { Settings } from '../settings.js';
import { abortOnSignals } from '../signals.js';
import type { Driver, Surroundings } from '../surroundings.js';
import { Report } from './report.js';
import type { Answer, RequestCommand } from './request-command.js';

/**
 * Runs a command for the requests of a file as they are read, and answers with its exit status.
 * @throws InputError if the file cannot be read, or not to its end: the requests before that are done then
 * @throws VifError if there is no driver to be had
 */
export async function runRequests(
  command: RequestCommand,
  file: string,
  settings: Settings,
  surroundings: Surroundings,
): Promise<number> {
  const { wait, undoTimeout } = settings;
  const timeout = Math.max(settings.timeout, typeof wait === 'number' ? wait : 0);
  const interruption = abortOnSignals(surroundings.signals, timeout);
  const { signal } = interruption;
  const report = new Report(command.name, settings, surroundings);
  let driver: Driver | undefined;
  try {
    const text = openInput(file, surroundings.stdin);
    for await (const { inputs, isLast } of readRequests(text, command.batch, signal)) {
      driver ??= await openDriver(command, settings, surroundings);
      const opened = driver;
      const first = report.expect(inputs.length, isLast);
      await answerInputs<Answer>(
        inputs,
        (requests, give) =>
          command.answer(opened, requests, { signal, timeout, undoTimeout, ...(wait && { wait }) }, give),
        (answer, index) => report.add(answer, first + index),
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

async function openDriver(
  { guests }: RequestCommand,
  settings: Settings,
  { openDriver, env, stderr }: Surroundings,
): Promise<Driver> {
  const logger = await openLogger(settings.verbose, stderr);
  return openDriver({ ...settings, guests, logger, env });
}
