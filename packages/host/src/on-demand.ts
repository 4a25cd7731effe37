import { VifError } from '@vifkit/core';
import type { StepRunner } from '@vifkit/core/step-kinds';
import type { Step } from '@vifkit/core/steps';
import { loadCode } from './commands/descriptors.js';

/** A part of a host that is made when it is first needed, from modules that are loaded only then. */
export class OnDemand<T, Code = unknown> {
  #made: Promise<T> | undefined;
  #isClosed = false;

  /** @param load as in `() => import('./module.js')` */
  constructor(
    private readonly load: () => Promise<Code>,
    private readonly make: (code: Code) => T | Promise<T>,
  ) {}

  get isMade(): boolean {
    return this.#made !== undefined;
  }

  /**
   * A part that could not be made is tried again at the next call.
   * @throws VifError ABORTED once the host is closed; DESCRIPTORS_EXHAUSTED
   */
  async get(): Promise<T> {
    if (this.#isClosed) throw new VifError('ABORTED', 'The host has been closed');
    this.#made ??= this.#make().catch((error: unknown) => {
      this.#made = undefined;
      throw error;
    });
    return this.#made;
  }

  /** Loads its modules, so that it can be made later even if no file can be opened. It is not made. */
  async loadAhead(): Promise<void> {
    await loadCode(this.load);
  }

  /** Closes the part, if it has been made. */
  async close(end: (made: T) => Promise<unknown>): Promise<void> {
    this.#isClosed = true;
    const made = await this.#made?.catch(() => undefined);
    if (made !== undefined) await end(made);
  }

  async #make(): Promise<T> {
    return this.make(await loadCode(this.load));
  }
}

/** The properties of a runner that are known before it is loaded. */
export interface RunnerTraits {
  readonly oneByOne?: boolean;
  /** Whether things that it makes carry our mark. If so, it is asked to find them. */
  readonly marks?: boolean;
  /**
   * Whether VIFs whose plans have no such steps may have things of this kind. Evaluated at every plug; never by
   * default.
   */
  mayHaveStrays?(): boolean;
}

/**
 * A runner that is loaded when steps of its kinds are first compared with the host, or when our things are searched
 * for: before the first write, so that the code which undoes it is loaded too.
 */
export function runnerOnDemand<S extends Step, Change, Done>(
  kinds: readonly S['kind'][],
  load: () => Promise<StepRunner<S, Change, Done>>,
  { oneByOne = false, marks = false, mayHaveStrays }: RunnerTraits = {},
): StepRunner<S, Change, Done> {
  return {
    kinds,
    oneByOne,
    inspect: async (steps, signal) => (await load()).inspect(steps, signal),
    apply: async (tasks, signal) => (await load()).apply(tasks, signal),
    undo: async (tasks, signal) => (await load()).undo(tasks, signal),
    ...(mayHaveStrays && {
      findStrays: async (...given) => {
        return mayHaveStrays() ? ((await load()).findStrays?.(...given) ?? []) : [];
      },
    }),
    ...(marks && { findOwned: async (...given) => (await load()).findOwned?.(...given) ?? [] }),
  };
}
