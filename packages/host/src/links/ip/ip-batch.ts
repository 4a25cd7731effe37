import { VifError } from '@vifkit/core';
import { type PoolOptions, ProgramPool } from '../../commands/program-pool.js';
import type { Programs } from '../../commands/programs.js';
import { missingProgram } from '../../commands/run-program.js';
import { isTransient, retryTransient } from '../../commands/transient.js';
import { BatchReplies } from './batch-replies.js';

/** What is said of a link that has been made, or an address that has been given. */
const IS_THERE = /file exists|resource busy/i;

/** Whether a line failed for the moment alone. Of a virtual function that is being reset, drivers also say EBUSY. */
function isForNow(complaint: string | undefined, line = ''): boolean {
  if (complaint === undefined) return false;
  return isTransient(complaint) || (/ vf \d+ /.test(line) && /device or resource busy/i.test(complaint));
}

/** What became of a line. */
interface Reply {
  /** What `ip` said, if the line failed. */
  readonly complaint: string | undefined;
  /** Whether the process had carried out lines of an earlier call. */
  readonly remembers: boolean;
}

/** A fence costs as much as a line. */
const WINDOW = 16;

/**
 * Runs lines of `ip -batch` in order, going on past those that fail.
 *
 * `ip` tells the number of each line that fails. But on a malformed argument it exits, in spite of -force, and it may
 * be killed. Then the lines up to the last fence are done, and those behind it are given to a new process with a fence
 * behind each, so that the fence that is missing tells which of them it was.
 *
 * `ip` remembers the index of every name that it has seen. A process that has run lines of an earlier call may
 * therefore look for a link in vain that another process has made anew since: the kernel does not give out an index
 * again. So what fails in such a process is tried once more in a new one, behind the other lines.
 *
 * What the kernel refuses for the moment alone is tried again for a second or two.
 */
export class IpBatch {
  readonly #program: string;
  readonly #ip: ProgramPool;

  /** @param options those of processes of its own; or a pool of `ip -force -batch -` that it shares with others */
  constructor(rootHelper: readonly string[], options: PoolOptions | ProgramPool = {}, programs?: Programs) {
    const [program = 'ip', ...args] = [...rootHelper, 'ip', '-force', '-batch', '-'];
    this.#program = program;
    this.#ip =
      options instanceof ProgramPool ? options : new ProgramPool([program, ...args], options, programs);
  }

  /**
   * Answers what `ip` said to each line that failed.
   * @param mayFail a failure is as good as none: no line is tried again
   * @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED if `ip` does not even start, TIMEOUT, ABORTED; the
   *   process is gone then
   */
  async run(lines: readonly string[], signal: AbortSignal, mayFail = false): Promise<(string | undefined)[]> {
    const complaints: (string | undefined)[] = [];
    let left = [...lines.keys()];
    const attempt = async () => {
      const texts = left.flatMap((i) => lines[i] ?? []);
      const replies = await this.#runOnce(texts, signal, mayFail);
      for (const [n, i] of left.entries()) complaints[i] = replies[n];
      const first = left.find((i) => isForNow(complaints[i], lines[i]));
      // Those behind it may have failed for want of it.
      left = first === undefined ? [] : left.filter((i) => i >= first && complaints[i] !== undefined);
    };
    await retryTransient(attempt, () => left.length > 0 && !mayFail, signal);
    return complaints;
  }

  async #runOnce(
    lines: readonly string[],
    signal: AbortSignal,
    mayFail: boolean,
  ): Promise<(string | undefined)[]> {
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
    let window = WINDOW;
    /** Up to where lines may be done already. */
    let unsure = 0;
    while (replies.length < lines.length) {
      const from = replies.length;
      const end = window === 1 ? from + WINDOW : lines.length;
      const { said, told } = await this.#tell(lines.slice(from, end), window, signal, anew);
      for (let i = 0; i < said.done; i++) {
        const complaint = said.complaintOf(i);
        const isDone = complaint !== undefined && from + i < unsure && IS_THERE.test(complaint);
        replies.push({ complaint: isDone ? undefined : complaint, remembers: told > 0 });
      }
      if (said.done === said.lines.length) {
        window = WINDOW;
      } else if (window === 1) {
        replies.push({ complaint: said.lastWords, remembers: false });
      } else {
        window = 1;
        unsure = replies.length + WINDOW;
      }
    }
    return replies;
  }

  async #tell(lines: readonly string[], window: number, signal: AbortSignal, anew: boolean) {
    const program = this.#program;
    const options = { signal, doing: 'changing links', anew };
    const {
      question: said,
      ended,
      told,
    } = await this.#ip.ask((told) => new BatchReplies(lines, { told, window }), options);
    if (ended?.missing) throw missingProgram(program, program === 'ip' ? 'iproute2' : undefined);
    if (said.hasStarted) return { said, told };
    throw new VifError('LINK_COMMAND_FAILED', `\`${program}\` does not start: ${said.lastWords}`);
  }
}
