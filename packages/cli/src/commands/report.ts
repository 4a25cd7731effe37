import { setImmediate } from 'node:timers/promises';
import type { Settled } from '@vifkit/engine';
import type { Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { errorLine } from '../terminal/errors.js';
import type { Output } from '../terminal/output.js';
import { type Style, styleFor, writeOut } from '../terminal/output.js';
import { ProgressBar } from '../terminal/progress-bar.js';
import { renderTimeline, timelineOf } from '../terminal/timeline.js';
import type { CommandResult } from './results.js';
import { toJson } from './results.js';

/** So few requests have no progress bar. */
const few = 20;

/** Prints results in the order of the requests, each as soon as it and all before it are there. */
export class Report {
  #status = 0;
  /** Those that are still to be printed, by the place of their request. */
  readonly #waiting = new Map<number, Settled<CommandResult>>();
  #next = 0;
  #isToPrint = false;
  #printing: Promise<void> = Promise.resolve();
  readonly #settings: Pick<Settings, 'format' | 'timeline'>;
  readonly #stdout: Output;
  readonly #stderr: Output;
  #total = 0;
  readonly #bar: ProgressBar | undefined;

  constructor(
    name: string,
    settings: Pick<Settings, 'format' | 'timeline'>,
    { stdout, stderr }: Pick<Environment, 'stdout' | 'stderr'>,
  ) {
    this.#settings = settings;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#bar = settings.format === 'text' && stderr.isTTY ? new ProgressBar(stderr, name) : undefined;
  }

  /**
   * Tells that requests follow.
   * @param isAll whether no others do
   * @returns the place of the first
   */
  expect(count: number, isAll: boolean): number {
    const first = this.#total;
    this.#total += count;
    this.#bar?.expect(this.#total, isAll);
    this.#shownBar?.draw();
    return first;
  }

  /** 1 as soon as a request failed or the host differs. */
  get status(): number {
    return this.#status;
  }

  /** Takes the result of the request at a place. A slow output holds up nobody: see {@link printed}. */
  add(answer: Settled<CommandResult>, place: number): void {
    const failed = 'error' in answer;
    if (failed || answer.value.differs) this.#status = 1;
    this.#bar?.advance(1, failed ? 1 : 0);
    this.#waiting.set(place, answer);
    if (this.#isToPrint) return;
    this.#isToPrint = true;
    this.#printing = this.#printing.then(async () => {
      await setImmediate(); // answers that come together are printed together
      this.#isToPrint = false;
      await this.#print();
    });
    this.#printing.catch(() => {}); // `printed` tells
  }

  /** Settles once all that can be printed is, or is not too much for the outputs to hold. @throws what printing throws */
  get printed(): Promise<void> {
    return this.#printing;
  }

  end(): void {
    this.#shownBar?.clear();
  }

  get #shownBar(): ProgressBar | undefined {
    return this.#total > few ? this.#bar : undefined;
  }

  async #print(): Promise<void> {
    const answers = this.#takeNext();
    this.#shownBar?.clear();
    if (this.#settings.format === 'json') {
      await writeOut(this.#stdout, answers.map((answer) => this.#jsonLine(answer)).join(''));
    } else {
      for (const answer of answers) await this.#printText(answer);
    }
    this.#shownBar?.draw();
  }

  #takeNext(): Settled<CommandResult>[] {
    const answers: Settled<CommandResult>[] = [];
    for (;;) {
      const answer = this.#waiting.get(this.#next);
      if (!answer) return answers;
      answers.push(answer);
      this.#waiting.delete(this.#next);
      this.#next += 1;
    }
  }

  #jsonLine(answer: Settled<CommandResult>): string {
    const result = 'error' in answer ? answer : { value: answer.value.result };
    return `${JSON.stringify(toJson(result, this.#settings))}\n`;
  }

  #printText(answer: Settled<CommandResult>): Promise<void> {
    if ('error' in answer) {
      const line = errorLine(answer.id, answer.error);
      return writeOut(this.#stderr, line + this.#timelineText(answer, styleFor(this.#stderr)));
    }
    const { result, text } = answer.value;
    const style = styleFor(this.#stdout);
    return writeOut(this.#stdout, text(style) + this.#timelineText({ value: result }, style));
  }

  #timelineText(result: Parameters<typeof timelineOf>[0], style: Style): string {
    const timeline = this.#settings.timeline && timelineOf(result);
    return timeline ? renderTimeline(timeline, style) : '';
  }
}
