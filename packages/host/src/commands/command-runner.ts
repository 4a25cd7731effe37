import { asVifError, type CommandStep, isVifError, VifError } from '@vifkit/core';
import type { AttemptedTask, Inspection, Outcome, StepRunner, Task } from '@vifkit/engine/former';
import type { CommandExecutor } from './command-executor.js';
import { missingProgram } from './missing-program.js';

/** Runs vendors' tools: those of one VIF in order, those of several VIFs side by side. */
export class CommandRunner implements StepRunner<CommandStep> {
  readonly kinds = ['command'] as const;
  readonly oneByOne = true;
  readonly #executor: CommandExecutor;
  /** Failures of tools that did not end by themselves. */
  readonly #killed = new WeakSet<VifError>();

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

  /**
   * Takes back what ran well, and what was cut off: it may have got through. What failed by itself may have done half
   * of it, and is taken back where that hurts nobody: no other call has made the link that it was for. There may be
   * nothing to take back then, so this cannot fail.
   */
  undo(tasks: readonly AttemptedTask<CommandStep>[], signal: AbortSignal): Promise<Outcome[]> {
    return Promise.all(
      tasks.map(async ({ step: { undo, vendor, whenCreated, undoWhenCreated }, outcome }) => {
        if (!undo) return undefined;
        if (!outcome || this.#isCutOff(outcome)) return this.#run(undo, vendor, signal);
        const isForOurLink = (whenCreated ?? undoWhenCreated) !== undefined;
        if (isForOurLink && isVifError(outcome, 'COMMAND_FAILED')) await this.#run(undo, vendor, signal);
        return undefined;
      }),
    );
  }

  #isCutOff(outcome: VifError): boolean {
    return isVifError(outcome, 'TIMEOUT') || isVifError(outcome, 'ABORTED') || this.#killed.has(outcome);
  }

  async #run(argv: readonly string[], vendor: string | undefined, signal: AbortSignal): Promise<Outcome> {
    const [program = '', ...args] = argv;
    try {
      const { exitCode, stderr, missing, ending } = await this.#executor.run([program, ...args], signal);
      if (missing) return missingProgram(program, vendor);
      if (exitCode === 0) return undefined;
      const said = lastWords(stderr);
      const status = exitCode === undefined ? ending : `failed with status ${exitCode}`;
      const failure = new VifError('COMMAND_FAILED', `${program} ${status}${said && `: ${said}`}`);
      if (exitCode === undefined) this.#killed.add(failure);
      return failure;
    } catch (error) {
      return asVifError(error, 'COMMAND_FAILED', `${program} failed`);
    }
  }
}

/** The end of what a tool said, on one line; what a terminal would act on is escaped. */
function lastWords(stderr: string): string {
  const text = stderr.slice(-5_000).trim().split('\n').slice(-3).join('; ').slice(-500);
  return text.replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
