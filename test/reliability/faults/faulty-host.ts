import type { VifError } from '@vifkit/core';
import type { Outcome, StepRunner, VifStep } from '@vifkit/core/step-kinds';
import type { Step } from '@vifkit/core/steps';
import type { Host } from '@vifkit/engine';
import { signalError } from '@vifkit/engine/time';
import type { Injection } from './fault.js';

/** The steps that were handed over to the runners of a host; for reading, the first of each batch. */
type Handed = Readonly<Record<Injection['during'], Step[]>>;

/** A host on which steps go wrong as they are told to. */
export interface FaultyHost extends Host {
  /** What has been handed over since the last {@link inject}. */
  readonly handed: Handed;
  /** How often steps have been handed over to be done, since then. */
  readonly handings: number;
  /** Whether it has happened. */
  readonly struck: boolean;
  /** From now on; counting begins anew. None heals the host. */
  inject(...injections: readonly Injection[]): void;
  /** Before steps are handed over for the n-th time from now, somebody else does this. */
  meanwhile(handing: number, act: () => unknown): void;
}

/** Puts itself between core and a host's runners. */
export function faultyHost(host: Host): FaultyHost {
  const control = new Control();
  return {
    facts: host.facts,
    locks: host.locks,
    ...(host.records && { records: host.records }),
    runners: host.runners.map((runner) => faultyRunner(runner, control)),
    close: () => host.close(),
    get handed() {
      return control.handed;
    },
    get handings() {
      return control.handings;
    },
    get struck() {
      return control.struck;
    },
    inject: (...injections) => control.reset(injections),
    meanwhile: (handing, act) => control.reset([], { handing, act }),
  };
}

class Control {
  handed: Handed = { inspect: [], apply: [], undo: [] };
  struck = false;
  handings = 0;
  #injections: readonly Injection[] = [];
  #intruder: { readonly handing: number; readonly act: () => unknown } | undefined;

  reset(injections: readonly Injection[], intruder?: { handing: number; act: () => unknown }): void {
    this.handed = { inspect: [], apply: [], undo: [] };
    this.struck = false;
    this.#injections = injections;
    this.#intruder = intruder;
    this.handings = 0;
  }

  /** Counts steps that are handed over. Answers which of them goes wrong, if any. */
  strikes(during: Injection['during'], steps: readonly Step[]): [number, Injection] | undefined {
    const first = this.handed[during].length;
    this.handed[during].push(...steps);
    for (const injection of this.#injections) {
      const place = injection.index - first;
      if (injection.during !== during || place < 0 || place >= steps.length) continue;
      this.struck = true;
      return [place, injection];
    }
    return undefined;
  }

  async intrude(): Promise<void> {
    if (this.#intruder?.handing !== this.handings++) return;
    this.struck = true;
    await this.#intruder.act();
  }
}

function faultyRunner(runner: StepRunner, control: Control): StepRunner {
  const through = async <T extends VifStep, O>(
    during: 'apply' | 'undo',
    tasks: readonly T[],
    signal: AbortSignal,
    fail: (error: VifError) => O,
    run: (tasks: readonly T[]) => Promise<readonly O[]>,
  ): Promise<readonly O[]> => {
    if (during === 'apply') await control.intrude();
    const [place, injection] =
      control.strikes(
        during,
        tasks.map(({ step }) => step),
      ) ?? [];
    if (place === undefined || !injection) return run(tasks);
    const { done, way, error, onHang } = injection;
    // A transaction is made as a whole or not at all.
    if (way === 'fails' && !done && runner.kinds.includes('ovsPort')) return tasks.map(() => fail(error));
    const isCarriedOut = (i: number) => done || i < place || (way === 'fails' && i > place);
    const those = tasks.filter((_, i) => isCarriedOut(i));
    const outcomes = await run(those);
    if (way === 'hangs') await untilFired(signal, onHang);
    if (way === 'is deaf') await new Promise(() => onHang?.());
    if (way === 'rejects') throw error;
    return tasks.map((task, i) => (i === place ? fail(error) : outcomes[those.indexOf(task)]) as O);
  };
  const { findOwned, findStrays } = runner;
  return {
    kinds: runner.kinds,
    ...(runner.oneByOne !== undefined && { oneByOne: runner.oneByOne }),
    async inspect(steps, signal) {
      const first = steps.slice(0, 1).map(({ step }) => step);
      const [, injection] = control.strikes('inspect', first) ?? [];
      if (injection?.way === 'hangs') await untilFired(signal, injection.onHang);
      if (injection) throw injection.error;
      return runner.inspect(steps, signal);
    },
    apply: (tasks, signal) =>
      through(
        'apply',
        tasks,
        signal,
        (error): Outcome<unknown> => ({ error }),
        (those) => runner.apply(those, signal),
      ),
    undo: (tasks, signal) =>
      through(
        'undo',
        tasks,
        signal,
        (error): VifError | undefined => error,
        (those) => runner.undo(those, signal),
      ),
    ...(findStrays && { findStrays: (vifs, signal) => findStrays.call(runner, vifs, signal) }),
    ...(findOwned && {
      findOwned: (...args) => findOwned.call(runner, ...args),
    }),
  };
}

/** @throws VifError TIMEOUT, ABORTED */
async function untilFired(signal: AbortSignal, onHang: (() => void) | undefined): Promise<never> {
  const fired = new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', resolve, { once: true });
  });
  onHang?.();
  await fired;
  throw signalError(signal, 'hanging');
}
