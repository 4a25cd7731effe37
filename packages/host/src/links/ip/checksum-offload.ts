import { VifError } from '@vifkit/core';
import { type PoolOptions, ProgramPool } from '../../commands/program-pool.js';
import type { Question } from '../../commands/program-session.js';
import type { Programs } from '../../commands/programs.js';
import { missingProgram } from '../../commands/run-program.js';

/** Whether a link is to leave the checksums of what it sends to a card. */
export interface WantedOffload {
  readonly name: string;
  readonly on: boolean;
}

/**
 * Whether links leave the checksums of what they send to a card, as a veth does with what a guest has sent unfinished. Neither
 * `ip` nor sysfs tells that: it is ethtool's.
 */
export class ChecksumOffload {
  readonly #programs: Programs;
  readonly #xargs: ProgramPool;

  constructor(rootHelper: readonly string[], options: PoolOptions, programs: Programs) {
    this.#programs = programs;
    const [program = 'xargs', ...args] = [...rootHelper, 'xargs', '-0', '-t', '-n', '3', 'ethtool', '-K'];
    this.#xargs = new ProgramPool([program, ...args], options, programs);
  }

  /**
   * Of all links there are, by one process: it takes no list of names.
   * @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED, TIMEOUT, ABORTED
   */
  async read(signal: AbortSignal): Promise<ReadonlyMap<string, boolean>> {
    const doing = 'reading the features of links';
    const ended = await this.#programs.run(['ethtool', '-k', '*'], { signal, doing });
    if (ended.missing) throw missingProgram('ethtool', 'ethtool');
    if (ended.exitCode !== 0) {
      const text = `\`ethtool\` cannot read the features of links: ${ended.stderr.trim() || ended.ending}`;
      throw new VifError('LINK_COMMAND_FAILED', text);
    }
    return offloadIn(ended.stdout);
  }

  /**
   * One outcome a link. Without ethtool all is left as it is: the way of the VIF tells.
   * @throws VifError TIMEOUT, ABORTED
   */
  async write(wanted: readonly WantedOffload[], signal: AbortSignal): Promise<(VifError | undefined)[]> {
    if (wanted.length === 0) return [];
    const { question, ended } = await this.#xargs.ask(() => new Switches(wanted), {
      signal,
      doing: 'changing links',
    });
    if (question.areDone && question.complaints.length === 0) return wanted.map(() => undefined);
    const reason =
      question.complaints.join('; ') || `it ${ended?.ending ?? 'ended before it had changed all'}`;
    const found = await this.read(signal).catch(() => undefined);
    return wanted.map(({ name, on }) => {
      if (!found || found.get(name) === on) return undefined;
      const text = `\`ethtool -K ${name} tx ${on ? 'on' : 'off'}\` failed: ${reason}`;
      return new VifError('LINK_COMMAND_FAILED', text);
    });
  }

  close(): Promise<void> {
    return this.#xargs.close();
  }
}

/** The kernel takes no such name for a link. */
const FENCE: WantedOffload = { name: '.', on: false };

/**
 * What xargs is told: the words of a command for each link, since ethtool changes one link a process. xargs names each
 * command on standard error before it starts it, and starts it once the one before has ended. So when it names the
 * last, which is for no link, the others are done.
 */
class Switches implements Question {
  readonly script: string;
  readonly length: number;
  readonly complaints: string[] = [];
  #hasBegun = false;
  #areDone = false;

  constructor(wanted: readonly WantedOffload[]) {
    const calls = [...wanted, FENCE].map(wordsOf);
    this.script = calls.map((words) => words.map((word) => `${word}\0`).join('')).join('');
    this.length = calls.length;
  }

  /** Whether xargs has come to the end of it. */
  get areDone(): boolean {
    return this.#areDone;
  }

  hear(line: string, from: 'stdout' | 'stderr'): boolean {
    if (from === 'stdout' || this.#areDone) return this.#areDone;
    if (line.startsWith(COMMAND)) {
      this.#hasBegun = true;
      this.#areDone = line.trimEnd() === COMMAND + wordsOf(FENCE).join(' ');
    } else if (this.#hasBegun && line.trim()) {
      this.complaints.push(line); // by then: what comes before is about the fence of the former question
    }
    return this.#areDone;
  }
}

const COMMAND = 'ethtool -K ';

const wordsOf = ({ name, on }: WantedOffload) => [name, 'tx', on ? 'on' : 'off'];

function offloadIn(text: string): Map<string, boolean> {
  const links = new Map<string, boolean>();
  let name = '';
  for (const [, link, state] of text.matchAll(/^(?:Features for (\S+):|tx-checksumming: (\w+))/gm)) {
    if (link !== undefined) name = link;
    else links.set(name, state === 'on');
  }
  return links;
}
