import type { Output } from '../surroundings.js';

const width = 30;

/** A bar on a terminal's last line. */
export class ProgressBar {
  #done = 0;

  constructor(
    private readonly stream: Output,
    private readonly label: string,
    private readonly total: number,
  ) {}

  draw(): void {
    const filled = Math.floor((width * this.#done) / this.total);
    const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
    this.stream.write(`\r${this.label} ${bar} ${this.#done}/${this.total}`);
  }

  advance(by: number): void {
    this.#done += by;
  }

  /** Takes the bar off, so that other lines can be written. */
  clear(): void {
    this.stream.write('\r\u001b[2K');
  }
}
