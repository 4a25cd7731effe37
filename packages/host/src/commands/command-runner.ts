import { asVifError, isVifError, VifError } from '@vifkit/core';
import type {
  AttemptedTask,
  CommandExecutor,
  Inspection,
  Outcome,
  StepRunner,
  Task,
  VifStep,
} from '@vifkit/core/step-kinds';
import type { CommandStep } from '@vifkit/core/steps';
import { ExecCommands } from './exec-commands.js';
import type { Programs } from './programs.js';
import { missingProgram } from './run-program.js';

/** A tool to run. */
export interface CommandRun {
  readonly argv: readonly string[];
}

/** How much a tool has done, as far as is known: a tool that failed on its own may have done part of its work. */
export type CommandProgress = 'all' | 'part' | 'nothing';

/** Runs vendors' tools: those of one VIF in order, those of several VIFs concurrently. */
export class CommandRunner implements StepRunner<CommandStep, CommandRun, CommandProgress> {
  readonly kinds = ['command'] as const;
  readonly oneByOne = true;
  readonly #executor: CommandExecutor;

  constructor(executor: CommandExecutor) {
    this.#executor = executor;
  }

  /** What a tool has done is not visible, so a command always differs. */
  async inspect(steps: readonly VifStep<CommandStep>[]): Promise<Inspection<CommandRun>[]> {
    return steps.map(({ step: { argv } }) => ({
      change: { argv },
      differences: [{ attribute: 'run', expected: argv.join(' '), actual: null }],
    }));
  }

  apply(
    tasks: readonly Task<CommandStep, CommandRun>[],
    signal: AbortSignal,
  ): Promise<Outcome<CommandProgress>[]> {
    return Promise.all(tasks.map(({ step, change }) => this.#run(change.argv, step.vendor, signal)));
  }

  /**
   * Undoes commands that succeeded, and those that were cut off, since they may have taken effect. A command that
   * failed on its own may have done part of its work, and is undone if that does no harm: no other call has made the
   * link that it was for. There may be nothing to undo in that case, so its undo cannot fail.
   */
  undo(
    tasks: readonly AttemptedTask<CommandStep, CommandRun, CommandProgress>[],
    signal: AbortSignal,
  ): Promise<(VifError | undefined)[]> {
    return Promise.all(
      tasks.map(async ({ step: { undo, vendor, whenCreated, undoWhenCreated }, outcome }) => {
        const { done = 'all' } = outcome;
        if (!undo || done === 'nothing') return undefined;
        const isForOurLink = (whenCreated ?? undoWhenCreated) !== undefined;
        if (done === 'part' && !isForOurLink) return undefined;
        const { error } = await this.#run(undo, vendor, signal);
        return done === 'part' ? undefined : error;
      }),
    );
  }

  /** Does not report how much was done if the tool was cut off. */
  async #run(
    argv: readonly string[],
    vendor: string | undefined,
    signal: AbortSignal,
  ): Promise<Outcome<CommandProgress>> {
    const [program = '', ...args] = argv;
    try {
      const { exitCode, stderr, missing, ending } = await this.#executor.run([program, ...args], signal);
      if (missing) return { done: 'nothing', error: missingProgram(program, vendor) };
      if (exitCode === 0) return { done: 'all' };
      const output = lastOutput(stderr);
      const status = exitCode === undefined ? ending : `failed with status ${exitCode}`;
      const error = new VifError('COMMAND_FAILED', `${program} ${status}${output && `: ${output}`}`);
      return exitCode === undefined ? { error } : { done: 'part', error };
    } catch (thrown) {
      const error = asVifError(thrown, 'COMMAND_FAILED', `${program} failed`);
      if (isVifError(error, 'TIMEOUT') || isVifError(error, 'ABORTED')) return { error };
      return { done: isVifError(error, 'COMMAND_FAILED') ? 'part' : 'nothing', error };
    }
  }
}

/** The end of a tool's output, on one line; terminal control characters are escaped. */
function lastOutput(stderr: string): string {
  const text = stderr.slice(-5_000).trim().split('\n').slice(-3).join('; ').slice(-500);
  return text.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Runs vendors' tools on this host, with a helper as a prefix if there is one. */
export function openTools(helper: readonly string[], programs: Programs) {
  const commands = new ExecCommands(helper, programs);
  return { commands, runner: new CommandRunner(commands) };
}
