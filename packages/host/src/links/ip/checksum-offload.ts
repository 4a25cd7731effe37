import { VifError } from '@vifkit/core';
import { type PoolOptions, ProgramPool } from '../../commands/program-pool.js';
import type { Question } from '../../commands/program-session.js';
import type { Programs } from '../../commands/programs.js';
import { missingProgram, withHelper } from '../../commands/run-program.js';

/** From this many links on, two processes change them. */
const WORTH_TWO = 4;

/** Whether a link should offload the checksums of what it sends. */
export interface WantedOffload {
  readonly name: string;
  readonly on: boolean;
}

/**
 * Whether links offload the checksums of what they send, as a veth does with packets that a guest has sent without
 * them. Neither `ip` nor sysfs shows this, only ethtool.
 */
export class ChecksumOffload {
  readonly #programs: Programs;
  readonly #shell: ProgramPool;

  constructor(rootHelper: readonly string[], options: PoolOptions, programs: Programs) {
    this.#programs = programs;
    this.#shell = new ProgramPool(withHelper(rootHelper, ['sh', '-c', LOOP]), options, programs);
  }

  /**
   * Reads this for all links with one process: ethtool does not accept a list of names.
   * @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED, TIMEOUT, ABORTED
   */
  async read(signal: AbortSignal): Promise<ReadonlyMap<string, boolean>> {
    const doing = 'reading the features of links';
    const ended = await this.#programs.run(['ethtool', '-k', '*'], { signal, doing });
    if (ended.missing) throw missingProgram('ethtool');
    if (ended.exitCode !== 0) {
      const text = `\`ethtool\` cannot read the features of links: ${ended.stderr.trim() || ended.ending}`;
      throw new VifError('LINK_COMMAND_FAILED', text);
    }
    return offloadIn(ended.stdout);
  }

  /**
   * One outcome per link. Without ethtool everything is left as it is: the VIF's path shows it.
   * @throws VifError TIMEOUT, ABORTED
   */
  async write(wanted: readonly WantedOffload[], signal: AbortSignal): Promise<(VifError | undefined)[]> {
    if (wanted.length < WORTH_TWO) return this.#write(wanted, signal);
    const half = Math.ceil(wanted.length / 2);
    // Most of the time goes into starting ethtool, which needs no lock of the kernel.
    const halves = [wanted.slice(0, half), wanted.slice(half)];
    return (await Promise.all(halves.map((each) => this.#write(each, signal)))).flat();
  }

  async #write(wanted: readonly WantedOffload[], signal: AbortSignal): Promise<(VifError | undefined)[]> {
    if (wanted.length === 0) return [];
    const { question, ended } = await this.#shell.ask(() => new Switches(wanted), {
      signal,
      doing: 'changing links',
    });
    if (question.areDone && !question.hasFailed) return wanted.map(() => undefined);
    const found = await this.read(signal).catch(() => undefined);
    return wanted.map(({ name, on }, i) => {
      if (!found || found.get(name) === on) return undefined;
      const reason = question.complaintOf(i) || `it ${ended?.ending ?? 'ended before it had changed all'}`;
      const text = `\`ethtool -K ${name} tx ${on ? 'on' : 'off'}\` failed: ${reason}`;
      return new VifError('LINK_COMMAND_FAILED', text);
    });
  }

  close(): Promise<void> {
    return this.#shell.close();
  }
}

/** An ethtool process changes one link. The shell waits for further links, and reports the status of each. */
const LOOP = 'while read -r name state; do ethtool -K "$name" tx "$state" 2>&1; echo "status $?"; done';

/** The input for the shell: one line for each link. */
class Switches implements Question {
  readonly script: string;
  readonly length: number;
  readonly #complaints: string[] = [];
  #output = '';
  #hasFailed = false;

  constructor(wanted: readonly WantedOffload[]) {
    this.script = wanted.map(({ name, on }) => `${name} ${on ? 'on' : 'off'}\n`).join('');
    this.length = wanted.length;
  }

  get areDone(): boolean {
    return this.#complaints.length >= this.length;
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** The error message of ethtool about a change; of one that was not reached, what was printed last, as by a root helper. */
  complaintOf(i: number): string {
    return this.#complaints[i] ?? this.#output;
  }

  onLine(line: string): boolean {
    const [, status] = /^status (\d+)$/.exec(line) ?? [];
    if (status === undefined) {
      this.#output = [this.#output, line.trim()].filter(Boolean).join('; ');
    } else {
      if (status !== '0') this.#hasFailed = true;
      this.#complaints.push(this.#output);
      this.#output = '';
    }
    return this.areDone;
  }
}

function offloadIn(text: string): Map<string, boolean> {
  const links = new Map<string, boolean>();
  let name = '';
  for (const [, link, state] of text.matchAll(/^(?:Features for (\S+):|tx-checksumming: (\w+))/gm)) {
    if (link !== undefined) name = link;
    else links.set(name, state === 'on');
  }
  return links;
}
