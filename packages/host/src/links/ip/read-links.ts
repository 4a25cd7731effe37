import { VifError } from '@vifkit/core';
import type { ProgramPool } from '../../commands/program-pool.js';
import type { Answer, Question } from '../../commands/program-session.js';
import { missingProgram } from '../../commands/run-program.js';
import { completeDump } from '../../commands/transient.js';
import type { KernelFiles } from '../../kernel/kernel-files.js';
import type { LinkState } from '../link-state.js';
import { BatchReplies } from './batch-replies.js';
import { parseLinks } from './parse-links.js';

/** Prints links as JSON. It also accepts changes. */
export const READING = ['ip', '-details', '-json', '-force', '-batch', '-'] as const;

const ALL_LINKS = 'link show';

/** Has a folder for each link. Unlike /sys, it shows each process the links of its own network namespace. */
export const LINKS = '/proc/sys/net/ipv4/conf';

/** Up to this many links are always queried one by one. */
export const FEW = 20;

/** The output of `ip`. */
interface Printed extends Pick<Answer, 'stdout' | 'stderr'> {
  /** Whether the process had read links before. */
  readonly remembers: boolean;
}

interface Found {
  readonly links: Map<string, LinkState>;
  readonly complaint: string | undefined;
  /**
   * Whether the `ip` process may have missed a link because of a cached index: it prints an empty object for a link
   * that others have recreated, and exits at one that is gone.
   */
  readonly isDoubtful: boolean;
}

/**
 * Reads the links of this process's network namespace. Named links are queried one by one: that takes twice as long as
 * a list of as many links, but a list always contains all links, and is cut short when links are added or removed. A
 * list is therefore tried once, if most of all links are wanted.
 */
export class LinkReader {
  readonly #ip: ProgramPool;
  readonly #files: KernelFiles;

  /** @param ip processes of {@link READING} */
  constructor(ip: ProgramPool, files: KernelFiles) {
    this.#files = files;
    this.#ip = ip;
  }

  /**
   * The links of these names, or all.
   * @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED, TIMEOUT, ABORTED
   */
  async read(names: readonly string[] | undefined, signal: AbortSignal): Promise<Map<string, LinkState>> {
    if (names?.length === 0) return new Map();
    const all = names && this.#isMostOfAll(names) ? await this.#dump(signal) : undefined;
    if (all) return all;
    const queries = names?.map((name) => `link show dev ${name}`) ?? [ALL_LINKS];
    const found = await this.#query(queries, signal);
    const { links, complaint } = found.isDoubtful ? await this.#query(queries, signal, true) : found;
    if (complaint === undefined) return links;
    throw new VifError('LINK_COMMAND_FAILED', `\`ip\` cannot read the links: ${complaint}`);
  }

  /**
   * Whether a list of all links is faster than a query for each of these: a link in a list takes less than half the
   * time.
   */
  #isMostOfAll(names: readonly string[]): boolean {
    return names.length > FEW && names.length * 2 > this.#files.entries(LINKS).length;
  }

  /** A list of all links, unless it was cut short. */
  async #dump(signal: AbortSignal): Promise<Map<string, LinkState> | undefined> {
    const { stdout, stderr } = await this.#ask(['link show'], signal, false);
    return stderr.length > 0 ? undefined : parseLinks(stdout);
  }

  async #query(queries: readonly string[], signal: AbortSignal, fresh = false): Promise<Found> {
    const { stdout, stderr, remembers } = await completeDump(() => this.#ask(queries, signal, fresh), signal);
    const [links, complaint] = [parseLinks(stdout), complaintIn(stderr)];
    const lacksSome = links.size < stdout.length || complaint !== undefined;
    return { links, complaint, isDoubtful: remembers && lacksSome };
  }

  async #ask(queries: readonly string[], signal: AbortSignal, fresh: boolean): Promise<Printed> {
    const { question, stdout, ended, linesSent } = await this.#ip.ask(
      (linesSent) => new LinkQueries(queries, linesSent),
      {
        signal,
        doing: 'reading links',
        fresh,
      },
    );
    if (ended?.missing) throw missingProgram('ip');
    const { replies, isComplete } = question;
    const stderr = [...replies.complaints, ...replies.remarks];
    if (!isComplete)
      stderr.push(`${replies.lastOutput}: it ${ended?.ending ?? 'ended before it had replied'}`);
    return { stdout, stderr, remembers: linesSent > 0 };
  }
}

/**
 * Queries for `ip`. It replies to each with a line of JSON, or with an error. About a list it may report more on
 * standard error: a fence shows that nothing more follows, since the order in which the two streams are read is
 * undefined.
 */
class LinkQueries implements Question {
  readonly replies: BatchReplies;
  #isFenced: boolean;
  #printed = 0;

  constructor(
    private readonly queries: readonly string[],
    linesSent: number,
  ) {
    const isFenced = queries.includes(ALL_LINKS);
    this.replies = new BatchReplies(queries, { linesSent, window: queries.length, isFenced });
    this.#isFenced = !isFenced;
  }

  get script(): string {
    return this.replies.script;
  }

  get length(): number {
    return this.replies.length;
  }

  get isComplete(): boolean {
    return this.#isFenced && this.#printed + this.replies.failed >= this.queries.length;
  }

  onLine(line: string, from: 'stdout' | 'stderr'): boolean {
    if (from === 'stdout') this.#printed += 1;
    else if (this.replies.onLine(line, from)) this.#isFenced = true;
    return this.isComplete;
  }
}

/** The errors, except for links that do not exist. */
function complaintIn(stderr: readonly string[]): string | undefined {
  const complaints = stderr.filter((each) => !each.endsWith('does not exist.'));
  return complaints.length > 0 ? complaints.join('; ') : undefined;
}
