import { setImmediate } from 'node:timers/promises';
import type { StepRunner } from '@vifkit/core/steps';
import type { Progress } from './job.js';

/** Gives tasks to a runner; never rejects. */
type RunBatch = (runner: StepRunner, tasks: readonly Progress[]) => Promise<void>;

interface Batch {
  readonly tasks: Progress[];
  readonly done: Promise<void>;
}

/**
 * Hands the tasks of many jobs to runners. A runner works on one batch at a time: what comes up for it meanwhile,
 * or in the same turn of the event loop, is its next batch. A runner that takes steps one by one gets each at
 * once and by itself, so that a vendor's code that hangs holds up its own job alone.
 */
export class Dispatcher {
  readonly #open = new Map<StepRunner, Batch>();
  readonly #last = new Map<StepRunner, Promise<void>>();

  constructor(private readonly run: RunBatch) {}

  /**
   * Works off one job's tasks in order, each run of tasks of one runner together.
   * @param goesOn is asked before each of them: false leaves the rest undone
   */
  async workOff(tasks: readonly Progress[], goesOn: () => boolean): Promise<void> {
    const left = [...tasks];
    for (;;) {
      const runner = left[0]?.runner;
      if (!runner || !goesOn()) return;
      const end = runner.oneByOne ? 1 : left.findIndex((task) => task.runner !== runner);
      await this.#hand(runner, left.splice(0, end < 0 ? left.length : end));
    }
  }

  #hand(runner: StepRunner, tasks: readonly Progress[]): Promise<void> {
    if (runner.oneByOne) return this.run(runner, tasks);
    const batch = this.#open.get(runner) ?? this.#begin(runner);
    batch.tasks.push(...tasks);
    return batch.done;
  }

  #begin(runner: StepRunner): Batch {
    const tasks: Progress[] = [];
    const before = this.#last.get(runner);
    const collectAndRun = async () => {
      await before;
      await setImmediate(); // the jobs that waited for the same batch join here
      this.#open.delete(runner);
      await this.run(runner, tasks);
    };
    const batch = { tasks, done: collectAndRun() };
    this.#open.set(runner, batch);
    this.#last.set(runner, batch.done);
    return batch;
  }
}
