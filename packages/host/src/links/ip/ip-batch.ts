import { VifError } from '@vifkit/core';
import { missingProgram } from '../../commands/missing-program.js';
import { ReadyProgram } from '../../commands/ready-program.js';

/** A command that `ip` does not have: its complaint tells that all lines before it are done. */
const FENCE = 'fence';

const FENCE_REPLY = new RegExp(`Object "${FENCE}" is unknown[^\\n]*\\nCommand failed [^\\n]*\\n`);

/**
 * Runs lines of `ip -batch` in order, going on past those that fail.
 *
 * Every line is followed by a fence, so that the text on standard error before the fence's own complaint is
 * the line's; and when a line makes `ip` exit (it does so on a malformed argument, in spite of -force), the
 * fence that is missing tells which. Each batch is a process of its own: `ip` remembers the index of every
 * name it has seen, so that a longer-lived one fails on links that others have made anew in the meantime.
 */
export class IpBatch {
  readonly #argv: readonly [string, ...string[]];
  readonly #ip: ReadyProgram;

  /** @param ahead how many processes of `ip` wait between batches */
  constructor(rootHelper: readonly string[], ahead = 0) {
    const [program = 'ip', ...args] = [...rootHelper, 'ip', '-force', '-batch', '-'];
    this.#argv = [program, ...args];
    this.#ip = new ReadyProgram(this.#argv, ahead);
  }

  /**
   * Answers what `ip` said to each line that failed.
   * @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED if `ip` does not even start, TIMEOUT, ABORTED; the
   *   process is gone then
   */
  async run(lines: readonly string[], signal: AbortSignal): Promise<(string | undefined)[]> {
    const complaints: (string | undefined)[] = [];
    while (complaints.length < lines.length) {
      const rest = lines.slice(complaints.length);
      const replies = await this.#repliesTo(rest, signal);
      const lastWords = replies.pop() ?? '';
      complaints.push(...replies.map(complaint));
      if (replies.length < rest.length) complaints.push(wording(lastWords));
    }
    return complaints;
  }

  close(): Promise<void> {
    return this.#ip.close();
  }

  /** What `ip` said to each line, and then what it said after the last fence; fewer than lines if it exited. */
  async #repliesTo(lines: readonly string[], signal: AbortSignal): Promise<string[]> {
    const [program] = this.#argv;
    const input = [FENCE, ...lines.flatMap((line) => [line, FENCE]), ''].join('\n');
    const { stderr, missing } = await this.#ip.run(input, { signal, doing: 'changing links' });
    if (missing) throw missingProgram(program, program === 'ip' ? 'iproute2' : undefined);
    const [beforeFirstFence = '', ...replies] = stderr.split(FENCE_REPLY);
    if (replies.length > 0) return replies;
    throw new VifError('LINK_COMMAND_FAILED', `\`${program}\` does not start: ${wording(beforeFirstFence)}`);
  }
}

/** What `ip` said about a line that failed; undefined if it went well (with or without a warning). */
function complaint(text: string): string | undefined {
  return text.includes('Command failed ') ? wording(text) : undefined;
}

function wording(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() && !line.startsWith('Command failed '));
  return lines.join('; ') || '`ip` ended without a word';
}
