import { VifError } from '@vifkit/core';
import type { Programs } from './programs.js';
import { type Argv, missingProgram } from './run-program.js';
import { completeDump } from './transient.js';

/**
 * What a listing of `ip` or `bridge` prints as JSON.
 * @param what the things that are listed, for errors
 * @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED, TIMEOUT, ABORTED
 */
export async function listJson<T>(
  programs: Programs,
  argv: Argv,
  what: string,
  signal: AbortSignal,
): Promise<readonly T[]> {
  const [program] = argv;
  const list = () => programs.run(argv, { signal, doing: `reading ${what}` });
  const { exitCode, stdout, stderr, missing, ending } = await completeDump(list, signal);
  if (missing) throw missingProgram(program);
  const text = `\`${program}\` cannot read ${what}`;
  if (exitCode !== 0) {
    const reason = stderr.trim() || ending || `exit status ${exitCode}`;
    throw new VifError('LINK_COMMAND_FAILED', `${text}: ${reason}`);
  }
  try {
    return JSON.parse(stdout || '[]');
  } catch (cause) {
    throw new VifError('LINK_COMMAND_FAILED', `${text}: it printed no JSON`, { cause });
  }
}
