import { VifError } from '@vifkit/core';
import { type PoolOptions, ProgramPool } from '../../commands/program-pool.js';
import type { Programs } from '../../commands/programs.js';
import { missingProgram, withHelper } from '../../commands/run-program.js';
import { isTransient, retryTransient } from '../../commands/transient.js';
import { BatchReplies } from './batch-replies.js';

/** The error messages about a link that has already been made, or an address that has already been added. */
const IS_THERE = /file exists|resource busy/i;

/** Whether a line failed only temporarily. Drivers also report EBUSY for a virtual function that is being reset. */
function isTemporary(complaint: string | undefined, line = ''): boolean {
  if (complaint === undefined) return false;
  return isTransient(complaint) || (/ vf \d+ /.test(line) && /device or resource busy/i.test(complaint));
}

/** The result of a line. */
interface Reply {
  /** The error message of `ip`, if the line failed. */
  readonly complaint: string | undefined;
  /** Whether the process had already carried out lines of an earlier call. */
  readonly remembers: boolean;
}

/** A fence costs as much as a line. */
const WINDOW = 16;

/**
 * Runs lines of `ip -batch` in order, continuing after those that fail.
 *
 * `ip` reports the number of each line that fails. But it exits on a malformed argument, in spite of -force, and it may
 * be killed. In that case the lines up to the last fence are done. Those after it are sent to a new process with a
 * fence after each, so that the missing fence shows which line it was.
 *
 * `ip` caches the index of every name that it has seen. A process that has run lines of an earlier call may therefore
 * fail to find a link that another process has recreated since, with a new index. A line that fails in such a process
 * is retried once in a new one, after the other lines.
 *
 * What the kernel refuses only temporarily is retried for one or two seconds.
 */
export class IpBatch {
  readonly #program: string;
  readonly #ip: ProgramPool;

  /**
   * @param options options for its own processes, or a pool of `ip -force -batch -` processes that it shares with
   *   others
   */
  constructor(rootHelper: readonly string[], options: PoolOptions | ProgramPool = {}, programs?: Programs) {
    const argv = withHelper(rootHelper, ['ip', '-force', '-batch', '-']);
    this.#program = argv[0];
    this.#ip = options instanceof ProgramPool ? options : new ProgramPool(argv, options, programs);
  }

  /**
   * Returns the error message of `ip` for each line that failed.
   * @param mayFail failures are acceptable: no line is retried
   * @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED if `ip` does not even start, TIMEOUT, ABORTED; the process
   *   has then ended
   */
  async run(lines: readonly string[], signal: AbortSignal, mayFail = false): Promise<(string | undefined)[]> {
    const complaints: (string | undefined)[] = [];
    let left = [...lines.keys()];
    const attempt = async () => {
      const texts = left.flatMap((i) => lines[i] ?? []);
      const replies = await this.#runOnce(texts, signal, mayFail);
      for (const [n, i] of left.entries()) complaints[i] = replies[n];
      const first = left.find((i) => isTemporary(complaints[i], lines[i]));
      // Later lines may have failed because of this one.
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
    const fresh = await this.#carryOut(doubtful, signal, true);
    return replies.map((reply) => (isDoubtful(reply) ? fresh.shift() : reply)?.complaint);
  }

  close(): Promise<void> {
    return this.#ip.close();
  }

  async #carryOut(lines: readonly string[], signal: AbortSignal, fresh: boolean): Promise<Reply[]> {
    const replies: Reply[] = [];
    let window = WINDOW;
    /** The end of the lines that may already be done. */
    let unsure = 0;
    while (replies.length < lines.length) {
      const from = replies.length;
      const end = window === 1 ? from + WINDOW : lines.length;
      const { batch, linesSent } = await this.#send(lines.slice(from, end), window, signal, fresh);
      for (let i = 0; i < batch.done; i++) {
        const complaint = batch.complaintOf(i);
        const isDone = complaint !== undefined && from + i < unsure && IS_THERE.test(complaint);
        replies.push({ complaint: isDone ? undefined : complaint, remembers: linesSent > 0 });
      }
      if (batch.done === batch.lines.length) {
        window = WINDOW;
      } else if (window === 1) {
        replies.push({ complaint: batch.lastOutput, remembers: false });
      } else {
        window = 1;
        unsure = replies.length + WINDOW;
      }
    }
    return replies;
  }

  async #send(lines: readonly string[], window: number, signal: AbortSignal, fresh: boolean) {
    const program = this.#program;
    const options = { signal, doing: 'changing links', fresh };
    const {
      question: batch,
      ended,
      linesSent,
    } = await this.#ip.ask((linesSent) => new BatchReplies(lines, { linesSent, window }), options);
    if (ended?.missing) throw missingProgram(program);
    if (batch.hasStarted) return { batch, linesSent };
    throw new VifError('LINK_COMMAND_FAILED', `\`${program}\` does not start: ${batch.lastOutput}`);
  }
}
