import type { Settled } from '@vifkit/core';
import { errorLine } from '../output/error-line.js';
import { ProgressBar } from '../output/progress-bar.js';
import { styleFor } from '../output/style.js';
import { toJson } from '../output/to-json.js';
import { writeOut } from '../output/write-out.js';
import type { Settings } from '../settings.js';
import type { Output, Surroundings } from '../surroundings.js';
import type { Answer, RequestCommand } from './request-command.js';

/** Prints answers as they come, in order, and keeps the exit status they add up to. */
export class Report {
  #status = 0;
  readonly #format: Settings['format'];
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly #bar: ProgressBar | undefined;

  constructor(
    { name, batch }: Pick<RequestCommand, 'name' | 'batch'>,
    total: number,
    format: Settings['format'],
    { stdout, stderr }: Pick<Surroundings, 'stdout' | 'stderr'>,
  ) {
    this.#format = format;
    this.#stdout = stdout;
    this.#stderr = stderr;
    const hasBar = format === 'text' && stderr.isTTY && total > batch;
    this.#bar = hasBar ? new ProgressBar(stderr, name, total) : undefined;
    this.#bar?.draw();
  }

  /** 1 as soon as a request failed or an answer was notable. */
  get status(): number {
    return this.#status;
  }

  /** Settles once the answers are printed, or are not too many for the outputs to hold. */
  async add(answers: readonly Settled<Answer>[]): Promise<void> {
    this.#bar?.clear();
    if (answers.some((answer) => 'error' in answer || answer.value.notable)) this.#status = 1;
    if (this.#format === 'json') await writeOut(this.#stdout, answers.map(jsonLine).join(''));
    else for (const answer of answers) await this.#printText(answer);
    this.#bar?.advance(answers.length, answers.filter((answer) => 'error' in answer).length);
    this.#bar?.draw();
  }

  end(): void {
    this.#bar?.clear();
  }

  #printText(answer: Settled<Answer>): Promise<void> {
    if ('error' in answer) return writeOut(this.#stderr, errorLine(answer.id, answer.error));
    return writeOut(this.#stdout, answer.value.text(styleFor(this.#stdout)));
  }
}

function jsonLine(answer: Settled<Answer>): string {
  return `${JSON.stringify(toJson('error' in answer ? answer : { value: answer.value.result }))}\n`;
}
