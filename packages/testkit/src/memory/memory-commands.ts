import type { CommandExecutor, CommandResult } from '@vifkit/core/step-kinds';
import type { Kernel } from './kernel/kernel.js';
import { type Points, untilFired } from './kernel/points.js';

/** How a program ends. The exit status is 0 and the error output '' unless given. */
export type Ending =
  | 'missing'
  | 'hang'
  | {
      readonly exitCode?: number;
      readonly stderr?: string;
      /** What it prints; nothing unless given. */
      readonly stdout?: string | ((argv: readonly string[]) => string);
      /** What the program does to the host's links before it ends. */
      readonly effect?: (argv: readonly string[], links: Pick<Kernel, 'put' | 'remove'>) => void;
    };

/** Programs that are only recorded, unless an effect is given. */
export class MemoryCommands implements CommandExecutor {
  /** The argument vectors, in the order in which they were run. */
  readonly log: string[][] = [];
  readonly #endings: Map<string, Ending>;
  readonly #points: Points;
  readonly #kernel: Kernel;

  constructor(points: Points, kernel: Kernel, endings: Readonly<Record<string, Ending>> = {}) {
    this.#points = points;
    this.#kernel = kernel;
    this.#endings = new Map(Object.entries(endings));
  }

  /** From now on the program ends this way. */
  end(program: string, ending: Ending): void {
    this.#endings.set(program, ending);
  }

  async run(argv: readonly [string, ...string[]], signal: AbortSignal): Promise<CommandResult> {
    const what = argv.join(' ');
    const failure = await this.#points.reach({ part: 'commands', what }, signal);
    if (failure) throw failure;
    return this.answer(argv, signal);
  }

  /** The same where nothing can be made to fail: a program that only reads. */
  async answer(argv: readonly [string, ...string[]], signal: AbortSignal): Promise<CommandResult> {
    this.log.push([...argv]);
    const ending = this.#endings.get(argv[0]) ?? {};
    if (ending === 'hang') return untilFired(signal, `running ${argv[0]}`);
    if (ending === 'missing') return { exitCode: undefined, stdout: '', stderr: '', missing: true };
    ending.effect?.(argv, this.#kernel);
    const { exitCode = 0, stderr = '', stdout = '' } = ending;
    return { exitCode, stdout: typeof stdout === 'string' ? stdout : stdout(argv), stderr, missing: false };
  }
}
