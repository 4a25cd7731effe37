import {
  type AttemptedTask,
  asVifError,
  type CommandStep,
  type Inspection,
  isVifError,
  type Outcome,
  type StepRunner,
  type Task,
  VifError,
} from '@vifkit/core';
import type { CommandExecutor } from './command-executor.js';
import { missingProgram } from './missing-program.js';

/** Runs vendors' tools: those of one VIF in order, those of several VIFs side by side. */
export class CommandRunner implements StepRunner<CommandStep> {
  readonly kinds = ['command'] as const;
  readonly oneByOne = true;
  readonly #executor: CommandExecutor;

  constructor(executor: CommandExecutor) {
    this.#executor = executor;
  }

  /** What a tool did cannot be seen, so a command always differs. */
  async inspect(steps: readonly CommandStep[]): Promise<Inspection[]> {
    return steps.map(({ argv }) => ({
      differences: [{ attribute: 'run', expected: argv.join(' '), actual: null }],
    }));
  }

  apply(tasks: readonly Task<CommandStep>[], signal: AbortSignal): Promise<Outcome[]> {
    return Promise.all(tasks.map(({ step }) => this.#run(step.argv, step.vendor, signal)));
  }

  /** Takes back what ran well, and what was cut off (it may have got through); not what failed by itself. */
  undo(tasks: readonly AttemptedTask<CommandStep>[], signal: AbortSignal): Promise<Outcome[]> {
    return Promise.all(
      tasks.map(async ({ step, outcome }) => {
        const uncertain = isVifError(outcome, 'TIMEOUT') || isVifError(outcome, 'ABORTED');
        if (!step.undo || (outcome && !uncertain)) return undefined;
        return this.#run(step.undo, step.vendor, signal);
      }),
    );
  }

  async #run(argv: readonly string[], vendor: string | undefined, signal: AbortSignal): Promise<Outcome> {
    const [program = '', ...args] = argv;
    try {
      const { exitCode, stderr, missing, ending } = await this.#executor.run([program, ...args], signal);
      if (missing) return missingProgram(program, vendor);
      if (exitCode === 0) return undefined;
      const lastWords = stderr.trim().split('\n').slice(-3).join('; ').slice(-500);
      const status = exitCode === undefined ? ending : `failed with status ${exitCode}`;
      return new VifError('COMMAND_FAILED', `${program} ${status}${lastWords && `: ${lastWords}`}`);
    } catch (error) {
      return asVifError(error, 'COMMAND_FAILED', `${program} failed`);
    }
  }
}
