import { VifError } from '@vifkit/core';
import { missingProgram } from '../../commands/missing-program.js';
import { type PoolOptions, ProgramPool } from '../../commands/program-pool.js';
import { FencedReplies, fenced } from './fenced-replies.js';

/** What became of a line. */
interface Reply {
  /** What `ip` said, if the line failed. */
  readonly complaint: string | undefined;
  /** Whether the process had carried out lines of an earlier call. */
  readonly remembers: boolean;
}

/**
 * Runs lines of `ip -batch` in order, going on past those that fail.
 *
 * Every line is followed by a fence, so that the text on standard error before the fence's own complaint is
 * the line's; and when a line makes `ip` exit (it does so on a malformed argument, in spite of -force), the
 * fence that is missing tells which.
 *
 * `ip` remembers the index of every name that it has seen. A process that has run lines of an earlier call may
 * therefore look for a link in vain that another process has made anew since: the kernel does not give out an index
 * again. So what fails in such a process is tried once more in a new one, behind the other lines.
 */
export class IpBatch {
  readonly #argv: readonly [string, ...string[]];
  readonly #ip: ProgramPool;

  constructor(rootHelper: readonly string[], options: PoolOptions = {}) {
    const [program = 'ip', ...args] = [...rootHelper, 'ip', '-force', '-batch', '-'];
    this.#argv = [program, ...args];
    this.#ip = new ProgramPool(this.#argv, options);
  }

  /**
   * Answers what `ip` said to each line that failed.
   * @param mayFail a failure is as good as none: no line is tried again
   * @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED if `ip` does not even start, TIMEOUT, ABORTED; the
   *   process is gone then
   */
  async run(lines: readonly string[], signal: AbortSignal, mayFail = false): Promise<(string | undefined)[]> {
    const replies = await this.#carryOut(lines, signal, false);
    const isDoubtful = ({ complaint, remembers }: Reply) => complaint !== undefined && remembers && !mayFail;
    const doubtful = lines.filter((_, i) => replies[i] && isDoubtful(replies[i]));
    const anew = await this.#carryOut(doubtful, signal, true);
    return replies.map((reply) => (isDoubtful(reply) ? anew.shift() : reply)?.complaint);
  }

  close(): Promise<void> {
    return this.#ip.close();
  }

  async #carryOut(lines: readonly string[], signal: AbortSignal, anew: boolean): Promise<Reply[]> {
    const replies: Reply[] = [];
    while (replies.length < lines.length) {
      const rest = lines.slice(replies.length);
      const { said, wasAsked: remembers } = await this.#tell(rest, signal, anew);
      replies.push(...said.replies.map((text) => ({ complaint: complaintIn(text), remembers })));
      if (said.replies.length < rest.length) {
        replies.push({ complaint: wording(said.lastWords), remembers: false });
      }
    }
    return replies;
  }

  async #tell(lines: readonly string[], signal: AbortSignal, anew: boolean) {
    const [program] = this.#argv;
    const said = new FencedReplies(lines.length);
    const options = { signal, doing: 'changing links', anew };
    const { ended, wasAsked } = await this.#ip.ask(
      fenced(lines),
      (line, from) => from === 'stderr' && said.hear(line),
      options,
    );
    if (ended?.missing) throw missingProgram(program, program === 'ip' ? 'iproute2' : undefined);
    if (said.hasStarted) return { said, wasAsked };
    throw new VifError('LINK_COMMAND_FAILED', `\`${program}\` does not start: ${wording(said.lastWords)}`);
  }
}

/** What `ip` said about a line that failed; undefined if it went well (with or without a warning). */
function complaintIn(said: readonly string[]): string | undefined {
  return said.some((line) => line.startsWith('Command failed ')) ? wording(said) : undefined;
}

function wording(said: readonly string[]): string {
  const lines = said.filter((line) => line.trim() && !line.startsWith('Command failed '));
  return lines.join('; ') || '`ip` ended without a word';
}
