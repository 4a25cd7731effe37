import { Deadline } from '@vifkit/core/time';
import { answerInputs } from '../input/answer-inputs.js';
import { parseRequests } from '../input/parse-requests.js';
import { readText } from '../input/read-text.js';
import { openLogger } from '../logger.js';
import type { Settings } from '../settings.js';
import { abortOnSignals } from '../signals.js';
import type { Surroundings } from '../surroundings.js';
import { inBatches } from './in-batches.js';
import { Report } from './report.js';
import type { Answer, RequestCommand } from './request-command.js';

/**
 * Runs a command for the requests of a file, and answers with its exit status.
 * @throws InputError if the file cannot be read
 * @throws VifError if there is no driver to be had
 */
export async function runRequests(
  command: RequestCommand,
  file: string,
  settings: Settings,
  surroundings: Surroundings,
): Promise<number> {
  const inputs = parseRequests(await readText(file, surroundings.stdin));
  if (inputs.length === 0) return 0;

  const { env, stderr } = surroundings;
  const logger = await openLogger(settings.verbose, stderr);
  const driver = await surroundings.openDriver({ ...settings, guests: command.guests, logger, env });
  const interruption = abortOnSignals(surroundings.signals);
  const { timeout, undoTimeout } = settings;
  const deadline = new Deadline(timeout, interruption.signal);
  try {
    const { signal } = deadline;
    const report = new Report(command.name, inputs.length, settings, surroundings);
    let first = 0;
    for (const batch of inBatches(inputs, command.batch)) {
      await answerInputs<Answer>(
        batch,
        (requests, give) => command.answer(driver, requests, { signal, timeout, undoTimeout }, give),
        (answer, index) => report.add(answer, first + index),
      );
      first += batch.length;
      await report.printed; // and a turn for signals and the end of the time: a batch need not wait for anything
    }
    report.end();
    return report.status;
  } finally {
    deadline.end();
    interruption.stop();
    await driver.close();
  }
}
