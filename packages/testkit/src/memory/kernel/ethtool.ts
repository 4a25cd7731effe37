import { signalError } from '@vifkit/engine/time';
import type { Answer, Question, Session } from '@vifkit/host/parts';
import type { IpReply } from './ip.js';
import type { Kernel } from './kernel.js';
import { MemorySession } from './memory-session.js';

/** Runs an `ethtool` command: the features of all links, or a change of one's checksums. */
export function runEthtool(kernel: Kernel, [verb, name = '', ...words]: readonly string[]): IpReply {
  if (verb === '-k') return { stdout: [...kernel.links.values()].map(featuresOf).join('\n') };
  const link = kernel.links.get(name);
  if (!link) return { stderr: 'netlink error: No such device' };
  const [feature, state] = words;
  if (verb !== '-K' || feature !== 'tx') return { stderr: `ethtool: bad command line argument '${verb}'` };
  if (state === 'off') link.checksumOffload = false;
  else delete link.checksumOffload;
  return {};
}

/** Those of a veth pair, and of a bridge over such, are on to begin with. */
function featuresOf({ name, checksumOffload = true }: { name: string; checksumOffload?: boolean }): string {
  return `Features for ${name}:\nrx-checksumming: on\ntx-checksumming: ${checksumOffload ? 'on' : 'off'}\n`;
}

/** An emulated `xargs -0 -t -n 3 ethtool -K`: it does the same to links in memory, and prints the same. */
export class EthtoolSession extends MemorySession {
  protected async answer(
    question: Question,
    { signal, doing }: Parameters<Session['ask']>[1],
    isFinal: boolean,
  ): Promise<Answer> {
    this.told += question.length;
    const stderr: string[] = [];
    const say = (line: string) => {
      stderr.push(line);
      question.hear(line, 'stderr');
    };
    const words = question.script.split('\0').slice(0, -1);
    for (let i = 0; i < words.length; i += 3) {
      if (signal.aborted) throw signalError(signal, doing);
      const args = ['-K', ...words.slice(i, i + 3)];
      say(`ethtool ${args.join(' ')}`);
      const point = this.kernel.links.has(words[i] ?? '')
        ? { part: 'links' as const, what: `set ${words[i]} checksumOffload` }
        : undefined;
      const failure = point && (await this.points.reach(point, signal));
      const complaint = failure ? failure.message : runEthtool(this.kernel, args).stderr;
      if (complaint !== undefined) say(complaint);
    }
    this.isOver = isFinal;
    return { stdout: [], stderr, ended: isFinal ? { exitCode: 123, missing: false } : undefined };
  }
}
