import type { Answer, Question, Session } from '@vifkit/host/parts';
import type { Kernel } from './kernel.js';
import type { Points } from './points.js';

/** Emulates a process that reads commands from standard input. */
export abstract class MemorySession implements Session {
  linesSent = 0;
  isOver = false;
  #since: number | undefined;

  constructor(
    protected readonly kernel: Kernel,
    protected readonly points: Points,
  ) {}

  get age(): number | undefined {
    return this.#since === undefined ? undefined : performance.now() - this.#since;
  }

  ask(question: Question, options: Parameters<Session['ask']>[1], isFinal: boolean): Promise<Answer> {
    this.#since ??= performance.now();
    return this.answer(question, options, isFinal);
  }

  async end(): Promise<void> {
    this.isOver = true;
  }

  /** The reply to a question. */
  protected abstract answer(...asked: Parameters<Session['ask']>): Promise<Answer>;
}
