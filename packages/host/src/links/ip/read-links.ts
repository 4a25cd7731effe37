import { VifError } from '@vifkit/core';
import { missingProgram } from '../../commands/missing-program.js';
import { ReadyProgram } from '../../commands/ready-program.js';
import type { ProgramResult } from '../../commands/run-program.js';
import type { LinkState } from '../link-state.js';
import { parseLinks } from './parse-links.js';

/** As many links are asked for by name; for more of them it is quicker to list all. */
const MOST_NAMES = 32;

/** How often a list is asked for that changes come in between of. */
const ATTEMPTS = 5;

/** Reads the links of this process's network namespace. */
export class LinkReader {
  readonly #ip: ReadyProgram;

  /** @param ahead how many processes of `ip` wait between calls */
  constructor(ahead = 0) {
    this.#ip = new ReadyProgram(['ip', '-details', '-json', '-force', '-batch', '-'], ahead);
  }

  /**
   * The links of these names, or all.
   * @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED, TIMEOUT, ABORTED
   */
  async read(names: readonly string[] | undefined, signal: AbortSignal): Promise<Map<string, LinkState>> {
    if (names?.length === 0) return new Map();
    const wanted = names && names.length <= MOST_NAMES ? names.map((name) => `dev ${name}`) : [''];
    const input = wanted.map((which) => `link show ${which}\n`).join('');
    for (let attempt = 1; ; attempt++) {
      const result = await this.#ip.run(input, { signal, doing: 'reading links' });
      if (result.missing) throw missingProgram('ip', 'iproute2');
      if (wasInterrupted(result) && attempt < ATTEMPTS) continue;
      const complaint = complaintIn(result);
      if (complaint === undefined) return parseLinks(result.stdout);
      throw new VifError('LINK_COMMAND_FAILED', `\`ip\` cannot read the links: ${complaint}`);
    }
  }

  close(): Promise<void> {
    return this.#ip.close();
  }
}

/** The kernel says so when links come or go while it lists them: some may be missing then. `ip` takes no harm. */
function wasInterrupted({ stderr }: ProgramResult): boolean {
  return /dump was interrupted/i.test(stderr);
}

/** What went wrong, but for links that are not there. */
function complaintIn({ exitCode, stderr, ending }: ProgramResult): string | undefined {
  if (exitCode === undefined) return ending;
  const lines = stderr
    .split('\n')
    .filter((line) => line.trim() && !/does not exist|^Command failed /.test(line));
  return lines.length > 0 ? lines.join('; ') : undefined;
}
