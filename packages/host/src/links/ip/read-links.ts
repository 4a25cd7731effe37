import { readdirSync } from 'node:fs';
import { VifError } from '@vifkit/core';
import { missingProgram } from '../../commands/missing-program.js';
import { type PoolOptions, ProgramPool } from '../../commands/program-pool.js';
import type { Answer } from '../../commands/program-session.js';
import type { LinkState } from '../link-state.js';
import { BatchReplies } from './batch-replies.js';
import { completeDump } from './complete-dump.js';
import { parseLinks } from './parse-links.js';

/** So many links are asked for one by one in any case. */
const FEW = 20;

/** What `ip` printed, up to its fence. */
interface Printed extends Pick<Answer, 'stdout' | 'stderr'> {
  /** Whether the process had read links before. */
  readonly remembers: boolean;
}

interface Found {
  readonly links: Map<string, LinkState>;
  readonly complaint: string | undefined;
  /**
   * Whether the process of `ip` may have missed a link for an index that it remembers: it prints an empty object for a
   * link that others have made anew, and exits at one that is gone.
   */
  readonly isDoubtful: boolean;
}

/**
 * Reads the links of this process's network namespace. Those that have names are asked for one by one: it takes twice
 * as long as a list of as many, but a list is of all that there are, and links that come and go cut it short. So a list is
 * tried once, where most of all links are asked for.
 */
export class LinkReader {
  readonly #ip: ProgramPool;

  constructor(options: PoolOptions = {}) {
    this.#ip = new ProgramPool(['ip', '-details', '-json', '-force', '-batch', '-'], options);
  }

  /**
   * The links of these names, or all.
   * @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED, TIMEOUT, ABORTED
   */
  async read(names: readonly string[] | undefined, signal: AbortSignal): Promise<Map<string, LinkState>> {
    if (names?.length === 0) return new Map();
    const all = names && isMostOfAll(names) ? await this.#dump(signal) : undefined;
    if (all) return all;
    const queries = names?.map((name) => `link show dev ${name}`) ?? ['link show'];
    const found = await this.#query(queries, signal);
    const { links, complaint } = found.isDoubtful ? await this.#query(queries, signal, true) : found;
    if (complaint === undefined) return links;
    throw new VifError('LINK_COMMAND_FAILED', `\`ip\` cannot read the links: ${complaint}`);
  }

  close(): Promise<void> {
    return this.#ip.close();
  }

  /** A list of all links, unless it was cut short. */
  async #dump(signal: AbortSignal): Promise<Map<string, LinkState> | undefined> {
    const { stdout, stderr } = await this.#ask(['link show'], signal, false);
    return stderr.length > 0 ? undefined : parseLinks(stdout);
  }

  async #query(queries: readonly string[], signal: AbortSignal, anew = false): Promise<Found> {
    const { stdout, stderr, remembers } = await completeDump(() => this.#ask(queries, signal, anew), signal);
    const [links, complaint] = [parseLinks(stdout), complaintIn(stderr)];
    const lacksSome = links.size < stdout.length || complaint !== undefined;
    return { links, complaint, isDoubtful: remembers && lacksSome };
  }

  /**
   * `ip` answers each query with a line of JSON, or with its failure. The fence tells that there is no more on
   * standard error: which of the two is read first is left to chance.
   */
  async #ask(queries: readonly string[], signal: AbortSignal, anew: boolean): Promise<Printed> {
    const said = new BatchReplies(queries, queries.length);
    let [printed, isFenced] = [0, false];
    const isComplete = () => isFenced && printed + said.complaints.length >= queries.length;
    const { stdout, ended, wasAsked } = await this.#ip.ask(
      said.script,
      (line, from) => {
        if (from === 'stdout') printed++;
        else if (said.hear(line)) isFenced = true;
        return isComplete();
      },
      { signal, doing: 'reading links', anew },
    );
    if (ended?.missing) throw missingProgram('ip', 'iproute2');
    const stderr = [...said.complaints, ...said.remarks];
    if (!isComplete())
      stderr.push(`${said.lastWords}: it ${ended?.ending ?? 'ended before it had answered'}`);
    return { stdout, stderr, remembers: wasAsked };
  }
}

/** Where a list of all links is quicker than asking for each of these: a link of a list takes less than half the time. */
function isMostOfAll(names: readonly string[]): boolean {
  return names.length > FEW && names.length * 2 > readdirSync('/proc/sys/net/ipv4/conf').length;
}

/** What went wrong, but for links that are not there. */
function complaintIn(stderr: readonly string[]): string | undefined {
  const complaints = stderr.filter((each) => !each.endsWith('does not exist.'));
  return complaints.length > 0 ? complaints.join('; ') : undefined;
}
