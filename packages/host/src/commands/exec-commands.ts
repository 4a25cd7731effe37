import { signalError } from '@vifkit/core';
import { execa } from 'execa';
import type { CommandExecutor, CommandResult } from './command-executor.js';

/** A tool that floods its output is cut off here; its last words are what an error quotes. */
const MAX_OUTPUT = 1024 * 1024;

/** Starts programs by execa, never through a shell, with a root helper in front if there is one. */
export class ExecCommands implements CommandExecutor {
  readonly #rootHelper: readonly string[];

  constructor(rootHelper: readonly string[] = []) {
    this.#rootHelper = rootHelper;
  }

  async run(argv: readonly [string, ...string[]], signal: AbortSignal): Promise<CommandResult> {
    const [program, ...args] = [...this.#rootHelper, ...argv] as [string, ...string[]];
    const result = await execa(program, args, {
      reject: false,
      stdin: 'ignore',
      stdout: 'ignore',
      cancelSignal: signal,
      forceKillAfterDelay: 500, // for a tool that ignores SIGTERM
      maxBuffer: MAX_OUTPUT,
    });
    if (signal.aborted) throw signalError(signal, `running ${argv[0]}`);
    return { exitCode: result.exitCode, stderr: result.stderr, missing: result.code === 'ENOENT' };
  }
}
