import type { CommandExecutor, CommandResult } from '@vifkit/core/step-kinds';
import { hostPrograms, type Programs } from './programs.js';
import { type Argv, withHelper } from './run-program.js';

/** The limit for a tool's output; errors quote only the end of it. */
const MAX_OUTPUT = 1024 * 1024;

/** Starts programs, with a helper as a prefix if there is one. */
export class ExecCommands implements CommandExecutor {
  readonly #helper: readonly string[];
  readonly #programs: Programs;

  constructor(helper: readonly string[] = [], programs: Programs = hostPrograms) {
    this.#helper = helper;
    this.#programs = programs;
  }

  run(argv: Argv, signal: AbortSignal): Promise<CommandResult> {
    return this.#programs.run(withHelper(this.#helper, argv), {
      maxOutput: MAX_OUTPUT,
      signal,
      doing: `running ${argv[0]}`,
    });
  }
}

/** Runs programs with the privileges of this process, for callers that have no host. */
export function openPrograms(): CommandExecutor {
  return new ExecCommands();
}
