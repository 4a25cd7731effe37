import { signalError } from '@vifkit/engine/time';
import type { Answer, Question, Session } from '@vifkit/host/parts';
import { runIp } from './ip.js';
import type { Kernel } from './kernel.js';
import { pointOf } from './link-points.js';
import type { Points } from './points.js';

/** A process of `ip -force -batch -` that is none: it does the same to links in memory, and says the same. */
export class IpSession implements Session {
  told = 0;
  isOver = false;
  #since: number | undefined;

  constructor(
    private readonly kernel: Kernel,
    private readonly points: Points,
  ) {}

  get age(): number | undefined {
    return this.#since === undefined ? undefined : performance.now() - this.#since;
  }

  async ask(
    question: Question,
    { signal, doing }: { readonly signal: AbortSignal; readonly doing: string },
    isFinal: boolean,
  ): Promise<Answer> {
    this.#since ??= performance.now();
    const said = { stdout: [] as string[], stderr: [] as string[] };
    const say = (from: 'stdout' | 'stderr', text: string) => {
      for (const line of text.split('\n')) {
        said[from].push(line);
        question.hear(line, from);
      }
    };
    const end = (exitCode: number) => {
      this.isOver = true;
      return { ...said, ended: { exitCode, missing: false } };
    };
    let failed = false;
    let before: string[] = [];
    for (const line of question.script.trimEnd().split('\n')) {
      this.told += 1;
      if (signal.aborted) throw signalError(signal, doing);
      const words = line.split(' ');
      const point = pointOf(words, before, this.kernel);
      before = words;
      const injected = point && (await this.points.reach(point, signal));
      const { stdout, stderr, exits } = injected ? { stderr: injected.message } : runIp(this.kernel, words);
      if (stdout !== undefined) say('stdout', stdout);
      if (stderr === undefined) continue;
      say('stderr', stderr);
      if (exits) return end(255);
      failed = true;
      say('stderr', `Command failed -:${this.told}`);
    }
    return isFinal ? end(failed ? 1 : 0) : { ...said, ended: undefined };
  }

  async end(): Promise<void> {
    this.isOver = true;
  }
}
