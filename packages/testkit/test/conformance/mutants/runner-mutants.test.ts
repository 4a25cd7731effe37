import { VifError } from '@vifkit/core';
import type { CommandExecutor } from '@vifkit/core/step-kinds';
import { describe, expect, it } from 'vitest';
import { type ConformanceOptions, type Kept, runConformance } from '../../../src/conformance/index.js';
import { LaneRunner, Lanes, lanesSuite } from './lanes.js';

async function broken(suite: ConformanceOptions): Promise<string[]> {
  const found: Kept[] = [];
  for await (const each of runConformance(suite)) found.push(each);
  expect(found.find(({ promise }) => promise === 'undoes-half-done')?.outcome).not.toBe('not applicable');
  return found
    .filter(({ outcome }) => outcome === 'broken')
    .map(({ promise, reason }) => `${promise}: ${reason}`);
}

/** Runners with one thing wrong each. */
const runners: Readonly<Record<string, new (commands: CommandExecutor) => LaneRunner>> = {
  'undoes nothing': class extends LaneRunner {
    override async undo(tasks: readonly unknown[]) {
      return tasks.map(() => undefined);
    }
  },
  'returns nothing when it has undone': class extends LaneRunner {
    override async undo(tasks: Parameters<LaneRunner['undo']>[0]) {
      await super.undo(tasks);
      return undefined as never;
    }
  },
  'undoes only what went well': class extends LaneRunner {
    override async undo(tasks: Parameters<LaneRunner['undo']>[0]) {
      await super.undo(tasks.filter(({ outcome }) => outcome.done !== undefined));
      return tasks.map(() => undefined);
    }
  },
  'writes nothing': class extends LaneRunner {
    override async apply(tasks: Parameters<LaneRunner['apply']>[0]) {
      return tasks.map(({ change }) => ({ done: change }));
    }
  },
  'finds all done': class extends LaneRunner {
    override async inspect(steps: readonly unknown[]) {
      return steps.map(() => ({ differences: [] }));
    }
  },
  'finds nothing done': class extends LaneRunner {
    protected override laneOf() {
      return undefined;
    }
  },
  'writes when it only looks': class extends LaneRunner {
    override async inspect(steps: Parameters<LaneRunner['inspect']>[0]) {
      const found = await super.inspect(steps);
      for (const { step } of steps) if (step.kind === 'lanes:lane') this.put(step.port, step.lane);
      return found;
    }
  },
  'does not look at how its program ended': class extends LaneRunner {
    constructor(private readonly commands: CommandExecutor) {
      super();
    }
    override async apply(tasks: Parameters<LaneRunner['apply']>[0]) {
      const { signal } = new AbortController();
      for (const task of tasks) {
        const { exitCode } = await this.commands.run(['lanectl', task.step.port], signal);
        if (exitCode === 0) await super.apply([task]);
      }
      return tasks.map(({ change }) => ({ done: change }));
    }
  },
  'has no result for some steps': class extends LaneRunner {
    override async inspect(steps: Parameters<LaneRunner['inspect']>[0]) {
      return (await super.inspect(steps)).filter(({ change }) => change !== undefined);
    }
  },
  'fails to undo': class extends LaneRunner {
    override async undo(): Promise<never> {
      throw new VifError('COMMAND_FAILED', 'The fabric is gone');
    }
  },
};

let asked = 0;

const plugins: Readonly<Record<string, new () => Lanes>> = {
  'forgets the lane when it is unplugged': class extends Lanes {
    override unplug(vif: Parameters<Lanes['unplug']>[0]) {
      return super.unplug(vif).filter(({ kind }) => kind !== 'lanes:laneAbsent');
    }
  },
  'asks for another lane each time': class extends Lanes {
    protected override laneFor() {
      asked += 1;
      return (asked % 16) + 1;
    }
  },
};

describe('a package with a runner', () => {
  it.each([true, false])(
    'keeps all promises without fault; its fabric is in sight: %s',
    async (seesFabric) => {
      expect(await broken(lanesSuite({}, seesFabric))).toEqual([]);
    },
  );

  it.each(Object.entries(runners))('breaks one where the runner %s', async (_, runner) => {
    expect(await broken(lanesSuite({ runner }, false))).not.toEqual([]);
  });

  it('is told of the program whose failure its runner does not notice', async () => {
    const { 'does not look at how its program ended': runner = LaneRunner } = runners;
    expect(await broken(lanesSuite({ runner }, false))).toContainEqual(
      expect.stringMatching(
        /^undoes-failure: the plug fails at lanectl \S+ with a PlugError, and not without an error/,
      ),
    );
  });

  it('is told that `undo` returns a list', async () => {
    const { 'returns nothing when it has undone': runner = LaneRunner } = runners;
    expect(await broken(lanesSuite({ runner }, false))).toContainEqual(
      expect.stringContaining('undo of a runner must return a list: for each step an error, or undefined'),
    );
  });

  it.each(Object.entries(plugins))('breaks one where the plugin %s', async (_, plugin) => {
    expect(await broken(lanesSuite({ plugin }, false))).not.toEqual([]);
  });
});
