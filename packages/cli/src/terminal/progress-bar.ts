import type { Output } from './output.js';

const width = 30;

/** The width of a terminal whose width is unknown. */
const usualColumns = 80;

/**
 * A bar on a terminal's last line, with progress, speed and, once the total is known, the remaining time.
 */
export class ProgressBar {
  #done = 0;
  #failed = 0;
  #total = 0;
  #isAll = false;
  readonly #start: number;

  /** @param now the time in milliseconds, from any origin */
  constructor(
    private readonly stream: Output,
    private readonly label: string,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#start = now();
  }

  /** @param isAll whether this is the final total */
  expect(total: number, isAll: boolean): void {
    this.#total = total;
    this.#isAll = isAll;
  }

  draw(): void {
    const filled = this.#isAll ? Math.floor((width * this.#done) / this.#total) : 0;
    const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
    const total = `${this.#total}${this.#isAll ? '' : '+'}`;
    const line = [`${this.label} ${bar} ${this.#done}/${total}`, ...this.#notes()].join('  ');
    // A bar that is wider than the terminal could not be erased.
    this.stream.write(`\r${line.slice(0, (this.stream.columns ?? usualColumns) - 1)}`);
  }

  /** @param failed how many of them failed */
  advance(by: number, failed: number): void {
    this.#done += by;
    this.#failed += failed;
  }

  /** Erases the bar, so that other lines can be written. */
  clear(): void {
    this.stream.write('\r\u001b[2K');
  }

  #notes(): string[] {
    const seconds = (this.now() - this.#start) / 1000;
    if (this.#done === 0 || seconds <= 0) return [];
    const rate = this.#done / seconds;
    return [
      `${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`,
      ...(this.#failed > 0 ? [`${this.#failed} failed`] : []),
      ...(this.#isAll ? [`${duration((this.#total - this.#done) / rate)} left`] : []),
    ];
  }
}

/** Rounded up: `0:07`, `12:00`, `1:02:03`. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  const upToMinutes = hours > 0 ? `${hours}:${twoDigits(minutes)}` : String(minutes);
  return `${upToMinutes}:${twoDigits(whole % 60)}`;
}
