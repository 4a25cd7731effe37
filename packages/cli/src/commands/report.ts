import { setImmediate } from 'node:timers/promises';
import type { Logger } from '@vifkit/core';
import type { Settled } from '@vifkit/engine';
import type { Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { errorLine } from '../terminal/errors.js';
import { type Output, type Style, styleFor, writeOut } from '../terminal/output.js';
import { ProgressBar } from '../terminal/progress-bar.js';
import { endOf, renderTimeline, timelineOf } from '../terminal/timeline.js';
import { type CommandResult, stateOf, toJson } from './results.js';

/** Words for the outcome of requests that did not fail, by command. */
const summaryWords: Readonly<Record<string, { readonly changed: string; readonly same: string }>> = {
  plug: { changed: 'plugged', same: 'as they were' },
  unplug: { changed: 'unplugged', same: 'already gone' },
  check: { changed: 'different', same: 'as plugged' },
};

/** The driver logs each result of these commands. */
const driverLogs: ReadonlySet<string> = new Set(['plug', 'unplug']);

/** Up to this many requests have no progress bar. */
const few = 20;

/** The number of requests by outcome. */
interface Counts {
  failed: number;
  /** Requests for which a plug or unplug changed something, or a check found a difference. */
  changed: number;
  same: number;
}

type ReportSettings = Pick<Settings, 'format' | 'timeline' | 'quiet' | 'summary' | 'detailedExitcode'>;

/** Prints results in the order of the requests, each as soon as it and all before it are available. */
export class Report {
  readonly #counts: Counts = { failed: 0, changed: 0, same: 0 };
  readonly #codes = new Set<string>();
  #differs = false;
  readonly #began = performance.now();
  /** Results that are still to be printed, by the index of their request. */
  readonly #waiting = new Map<number, Settled<CommandResult>>();
  #next = 0;
  #isToPrint = false;
  #printing: Promise<void> = Promise.resolve();
  readonly #settings: ReportSettings;
  readonly #stdout: Output;
  readonly #stderr: Output;
  #total = 0;
  readonly #bar: ProgressBar | undefined;

  constructor(
    private readonly name: string,
    settings: ReportSettings,
    { stdout, stderr }: Pick<Environment, 'stdout' | 'stderr'>,
    private readonly logger?: Logger | undefined,
  ) {
    this.#settings = settings;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#bar = settings.format === 'text' && stderr.isTTY ? new ProgressBar(stderr, name) : undefined;
  }

  /**
   * Announces further requests.
   * @param isAll whether these are the last ones
   * @returns the index of the first
   */
  expect(count: number, isAll: boolean): number {
    const first = this.#total;
    this.#total += count;
    this.#bar?.expect(this.#total, isAll);
    this.#shownBar?.draw();
    return first;
  }

  /** 1 if a request failed or the host differs; 3 for only a difference, if the two are to be distinguished. */
  get status(): number {
    if (this.#counts.failed > 0) return 1;
    if (!this.#differs) return 0;
    return this.#settings.detailedExitcode ? 3 : 1;
  }

  /** Takes the result of the request at an index. A slow output does not block this: see {@link printed}. */
  add(answer: Settled<CommandResult>, place: number): void {
    this.#count(answer);
    this.#log(answer);
    this.#bar?.advance(1, 'error' in answer ? 1 : 0);
    this.#waiting.set(place, answer);
    if (this.#isToPrint) return;
    this.#isToPrint = true;
    this.#printing = this.#printing.then(async () => {
      await setImmediate(); // answers that come together are printed together
      this.#isToPrint = false;
      await this.#print();
    });
    this.#printing.catch(() => {}); // whoever awaits `printed` gets the error
  }

  /**
   * Settles once everything printable is printed or buffered by the outputs.
   * @throws whatever printing throws
   */
  get printed(): Promise<void> {
    return this.#printing;
  }

  /** Removes the progress bar, and prints a summary if requested, or after many lines at a terminal. */
  end(): void {
    this.#shownBar?.clear();
    const { format, quiet, summary } = this.#settings;
    const { failed, changed, same } = this.#counts;
    const answered = failed + changed + same;
    const isForPeople = this.#stderr.isTTY && format === 'text';
    if ((summary && answered > 0) || (isForPeople && !quiet && answered > 1)) {
      this.#stderr.write(`vif: ${this.#summary()}\n`);
    }
    const codes = [...this.#codes].slice(0, 3).join(' ');
    if (codes && isForPeople) this.#stderr.write(`vif: what to do about it: vif explain ${codes}\n`);
  }

  #count(answer: Settled<CommandResult>): void {
    if ('error' in answer) {
      this.#counts.failed += 1;
      this.#codes.add(answer.error.code);
      return;
    }
    const { differs, result } = answer.value;
    this.#differs ||= differs;
    const isChanged = differs || ('changes' in result && result.changes.length > 0);
    this.#counts[isChanged ? 'changed' : 'same'] += 1;
  }

  /** One line per request, except for plugs and unplugs, which the driver logs. */
  #log(answer: Settled<CommandResult>): void {
    if ('error' in answer) {
      const { code, message, vifId } = answer.error;
      const isLogged = answer.id !== null && driverLogs.has(this.name);
      const fields = { request: answer.id, vif: vifId, code };
      if (!isLogged) this.logger?.error(fields, `${this.name} failed: ${message}`);
      return;
    }
    const { differs, result } = answer.value;
    if (driverLogs.has(this.name)) return;
    const { id, vifId, path, plugin } = result;
    const found = 'differences' in result && {
      differences: result.differences.length,
      state: stateOf({ ok: true, value: result }),
    };
    const timeline = timelineOf({ ok: true, value: result });
    const time = timeline && { milliseconds: Math.round(endOf(timeline)) };
    const fields = { request: id, vif: vifId, path, plugin, ...found, ...time };
    if (differs) this.logger?.warn(fields, this.name);
    else this.logger?.info(fields, this.name);
  }

  #summary(): string {
    const { failed, changed, same } = this.#counts;
    const words = summaryWords[this.name];
    const parts = words
      ? [`${changed} ${words.changed}`, `${same} ${words.same}`]
      : [`${same + changed} done`];
    const seconds = ((performance.now() - this.#began) / 1000).toFixed(1);
    return `${this.name}: ${[...parts, `${failed} failed`].join(', ')}, in ${seconds} s`;
  }

  get #shownBar(): ProgressBar | undefined {
    return this.#total > few ? this.#bar : undefined;
  }

  async #print(): Promise<void> {
    const answers = this.#takeNext().filter((answer) => this.#isPrinted(answer));
    this.#shownBar?.clear();
    if (this.#settings.format === 'json') {
      await writeOut(this.#stdout, answers.map((answer) => this.#jsonLine(answer)).join(''));
    } else {
      for (const answer of answers) await this.#printText(answer);
    }
    this.#shownBar?.draw();
  }

  #isPrinted(answer: Settled<CommandResult>): boolean {
    if ('error' in answer) return true;
    const { format, quiet } = this.#settings;
    return format !== 'prometheus' && (!quiet || answer.value.differs); // metrics have their own place
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
    const result = answer.ok ? { ...answer, value: answer.value.result } : answer;
    return `${JSON.stringify(toJson(result, this.#settings))}\n`;
  }

  #printText(answer: Settled<CommandResult>): Promise<void> {
    if ('error' in answer) {
      if (this.logger && !this.#stderr.isTTY) return Promise.resolve(); // it is in the log
      const line = errorLine(answer.id, answer.error);
      return writeOut(this.#stderr, line + this.#timelineText(answer, styleFor(this.#stderr)));
    }
    const { result, text } = answer.value;
    const style = styleFor(this.#stdout);
    return writeOut(this.#stdout, text(style) + this.#timelineText({ ok: true, value: result }, style));
  }

  #timelineText(result: Parameters<typeof timelineOf>[0], style: Style): string {
    const timeline = this.#settings.timeline && timelineOf(result);
    return timeline ? renderTimeline(timeline, style) : '';
  }
}
