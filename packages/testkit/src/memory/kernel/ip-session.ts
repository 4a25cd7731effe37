import { signalError } from '@vifkit/engine/time';
import type { Answer, Question } from '@vifkit/host/parts';
import { runIp } from './ip.js';
import { pointOf } from './link-points.js';
import { MemorySession } from './memory-session.js';

/** An emulated `ip -force -batch -`: it does the same to links in memory, and prints the same. */
export class IpSession extends MemorySession {
  protected async answer(
    question: Question,
    { signal, doing }: { readonly signal: AbortSignal; readonly doing: string },
    isFinal: boolean,
  ): Promise<Answer> {
    const output = { stdout: [] as string[], stderr: [] as string[] };
    const say = (from: 'stdout' | 'stderr', text: string) => {
      for (const line of text.split('\n')) {
        output[from].push(line);
        question.onLine(line, from);
      }
    };
    const end = (exitCode: number) => {
      this.isOver = true;
      return { ...output, ended: { exitCode, missing: false } };
    };
    let failed = false;
    let before: string[] = [];
    for (const line of question.script.trimEnd().split('\n')) {
      this.linesSent += 1;
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
      say('stderr', `Command failed -:${this.linesSent}`);
    }
    return isFinal ? end(failed ? 1 : 0) : { ...output, ended: undefined };
  }
}
