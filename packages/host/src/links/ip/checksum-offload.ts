import { VifError } from '@vifkit/core';
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
  readonly #rootHelper: readonly string[];
  readonly #programs: Programs;

  constructor(rootHelper: readonly string[], programs: Programs) {
    this.#rootHelper = rootHelper;
    this.#programs = programs;
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
    // ethtool changes one link a process: xargs starts them at a fraction of what it takes here, with one helper for all.
    const [program = 'xargs', ...args] = [...this.#rootHelper, 'xargs', '-0', '-n', '3', 'ethtool', '-K'];
    const words = wanted.flatMap(({ name, on }) => [name, 'tx', on ? 'on' : 'off']);
    const input = words.map((word) => `${word}\0`).join('');
    const ended = await this.#programs.run([program, ...args], { input, signal, doing: 'changing links' });
    if (ended.exitCode === 0) return wanted.map(() => undefined);
    const found = await this.read(signal).catch(() => undefined);
    return wanted.map(({ name, on }) => {
      if (!found || found.get(name) === on) return undefined;
      const text = `\`ethtool -K ${name} tx ${on ? 'on' : 'off'}\` failed: ${ended.stderr.trim() || ended.ending}`;
      return new VifError('LINK_COMMAND_FAILED', text);
    });
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
