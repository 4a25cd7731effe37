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

/** An emulated shell that runs `ethtool -K` for each line: it does the same to links in memory, and prints the same. */
export class EthtoolSession extends MemorySession {
  protected async answer(
    question: Question,
    { signal, doing }: Parameters<Session['ask']>[1],
    isFinal: boolean,
  ): Promise<Answer> {
    this.linesSent += question.length;
    const stdout: string[] = [];
    const say = (line: string) => {
      stdout.push(line);
      question.onLine(line, 'stdout');
    };
    for (const line of question.script.trimEnd().split('\n')) {
      if (signal.aborted) throw signalError(signal, doing);
      const [name = '', state = ''] = line.split(' ');
      const point = this.kernel.links.has(name)
        ? { part: 'links' as const, what: `set ${name} checksumOffload` }
        : undefined;
      const failure = point && (await this.points.reach(point, signal));
      const complaint = failure ? failure.message : runEthtool(this.kernel, ['-K', name, 'tx', state]).stderr;
      if (complaint !== undefined) say(complaint);
      say(`status ${complaint === undefined ? 0 : 1}`);
    }
    this.isOver = isFinal;
    return { stdout, stderr: [], ended: isFinal ? { exitCode: 0, missing: false } : undefined };
  }
}
