import type { CommandExecutor, CommandResult } from '@vifkit/core/step-kinds';
import { hostPrograms, type Programs } from './programs.js';

/** A tool that floods its output is cut off here; its last words are what an error quotes. */
const MAX_OUTPUT = 1024 * 1024;

/** Starts programs, with a helper in front if there is one. */
export class ExecCommands implements CommandExecutor {
  readonly #helper: readonly string[];
  readonly #programs: Programs;

  constructor(helper: readonly string[] = [], programs: Programs = hostPrograms) {
    this.#helper = helper;
    this.#programs = programs;
  }

  run(argv: readonly [string, ...string[]], signal: AbortSignal): Promise<CommandResult> {
    const [program = argv[0], ...args] = [...this.#helper, ...argv];
    return this.#programs.run([program, ...args], {
      maxOutput: MAX_OUTPUT,
      signal,
      doing: `running ${argv[0]}`,
    });
  }
}

/** Runs programs as this process may, for those who have no host to ask for it. */
export function openPrograms(): CommandExecutor {
  return new ExecCommands();
}
