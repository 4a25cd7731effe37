import type { Settled } from '@vifkit/core';
import { errorLine } from '../output/error-line.js';
import { ProgressBar } from '../output/progress-bar.js';
import { styleFor } from '../output/style.js';
import { toJson } from '../output/to-json.js';
import type { Settings } from '../settings.js';
import type { Output, Surroundings } from '../surroundings.js';
import { batchSize } from './in-batches.js';
import type { Answer } from './request-command.js';

/** Prints answers as they come, in order, and keeps the exit status they add up to. */
export class Report {
  #status = 0;
  readonly #format: Settings['format'];
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #bar: ProgressBar | undefined;

  constructor(
    label: string,
    total: number,
    format: Settings['format'],
    { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>,
  ) {
    this.#format = format;
    this.#stdout = stdout;
    this.#stderr = stderr;
    const hasBar = format === 'text' && stderr.isTTY && total > batchSize;
    this.#bar = hasBar ? new ProgressBar(stderr, label, total) : undefined;
    this.#bar?.draw();
  }

  /** 1 as soon as a request failed or an answer was notable. */
  get status(): number {
    return this.#status;
  }

  add(answers: readonly Settled<Answer>[]): void {
    this.#bar?.clear();
    for (const answer of answers) {
      if ('error' in answer || answer.value.notable) this.#status = 1;
      if (this.#format === 'json') this.#printJson(answer);
      else this.#printText(answer);
    }
    this.#bar?.advance(answers.length);
    this.#bar?.draw();
  }

  end(): void {
    this.#bar?.clear();
  }

  #printJson(answer: Settled<Answer>): void {
    const result = 'error' in answer ? answer : { value: answer.value.result };
    this.#stdout.write(`${JSON.stringify(toJson(result))}\n`);
  }

  #printText(answer: Settled<Answer>): void {
    if ('error' in answer) this.#stderr.write(errorLine(answer.id, answer.error));
    else this.#stdout.write(answer.value.text(styleFor(this.#stdout)));
  }
}
