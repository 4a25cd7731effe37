import {
  announce,
  type Plan,
  type PlanContext,
  type PluginPackage,
  unsupportedVif,
  type VifPlugin,
  vifPlugin,
} from '@vifkit/core';
import { requireField, type VIFBase, VIFGeneric } from '@vifkit/core/os-vif';
import {
  type AttemptedTask,
  type CommandExecutor,
  defineStepKind,
  type Inspection,
  integer,
  type Outcome,
  type StepOf,
  type StepRunner,
  type Task,
  uuid,
  type VifStep,
} from '@vifkit/core/step-kinds';
import type { ConformanceOptions } from '../../../src/conformance/index.js';

const lane = defineStepKind({
  kind: 'lanes:lane',
  noun: 'lane',
  fields: { port: uuid, lane: integer(1, 16) },
  target: ({ port }) => port,
  intention: () => 'make',
  describe: ({ lane }) => [`number ${lane}`],
});

const laneAbsent = defineStepKind({
  kind: 'lanes:laneAbsent',
  noun: 'lane',
  fields: { port: uuid },
  target: ({ port }) => port,
  intention: () => 'remove',
  describe: () => ['to be absent'],
});

type LaneStep = StepOf<typeof lane> | StepOf<typeof laneAbsent>;

/** A port's lane before and after; undefined where it has none. */
interface LaneChange {
  readonly former: number | undefined;
  readonly lane: number | undefined;
}

/** The lanes of a vendor's fabric, by port: new ones for each host. */
let lanes = new Map<string, number>();

/** A runner of a vendor's, done right. Mutants override a part of it. */
export class LaneRunner implements StepRunner<LaneStep, LaneChange, LaneChange> {
  readonly kinds = ['lanes:lane', 'lanes:laneAbsent'] as const;

  async inspect(steps: readonly VifStep<LaneStep>[]): Promise<Inspection<LaneChange>[]> {
    return steps.map(({ step }) => {
      const wanted = step.kind === 'lanes:lane' ? step.lane : undefined;
      const former = this.laneOf(step.port);
      if (former === wanted) return { differences: [] };
      const differences = [{ attribute: 'lane', expected: wanted ?? null, actual: former ?? null }];
      return { change: { former, lane: wanted }, differences, creates: former === undefined };
    });
  }

  async apply(tasks: readonly Task<LaneStep, LaneChange>[]): Promise<Outcome<LaneChange>[]> {
    return tasks.map(({ step, change }) => {
      this.put(step.port, change.lane);
      return { done: change };
    });
  }

  /** What was cut off may have been done: the port gets its former lane all the same. */
  async undo(tasks: readonly AttemptedTask<LaneStep, LaneChange, LaneChange>[]): Promise<undefined[]> {
    return tasks.map(({ step, change }) => this.put(step.port, change.former));
  }

  protected laneOf(port: string): number | undefined {
    return lanes.get(port);
  }

  protected put(port: string, number: number | undefined): undefined {
    if (number === undefined) lanes.delete(port);
    else lanes.set(port, number);
  }
}

/** A tap, and a lane of the fabric that is its port's. */
export class Lanes implements VifPlugin {
  describe() {
    return announce('lanes', [[VIFGeneric, []]]);
  }

  plug(vif: VIFBase, { tap: { multiQueue } }: PlanContext): Plan {
    return [
      { kind: 'link', name: tapOf(vif), create: { type: 'tap', multiQueue }, set: { up: true } },
      { kind: 'lanes:lane', port: vif.id, lane: this.laneFor(vif) },
      {
        kind: 'ovsPort',
        bridge: 'br-int',
        name: tapOf(vif),
        externalIds: { 'iface-id': vif.id },
        wired: false,
      },
    ];
  }

  unplug(vif: VIFBase): Plan {
    return [
      { kind: 'ovsPortAbsent', name: tapOf(vif), own: true },
      { kind: 'lanes:laneAbsent', port: vif.id },
      { kind: 'linkAbsent', name: tapOf(vif), type: 'tap', own: true },
    ];
  }

  protected laneFor(vif: VIFBase): number {
    return (Number.parseInt(vif.id.slice(0, 2), 16) % 16) + 1;
  }
}

function tapOf(vif: VIFBase): string {
  if (vif instanceof VIFGeneric) return requireField(vif, 'vif_name', vif.id);
  throw unsupportedVif('lanes', vif);
}

interface Parts {
  readonly plugin?: new () => Lanes;
  readonly runner?: new (commands: CommandExecutor) => LaneRunner;
}

/** What the suite is told of the package; with the fabric in sight, or without it. */
export function lanesSuite(
  { plugin = Lanes, runner = LaneRunner }: Parts,
  seesFabric: boolean,
): ConformanceOptions {
  class Declared extends plugin {}
  vifPlugin({ name: 'lanes', makesTaps: true })(Declared);
  const plugins: PluginPackage = {
    name: '@acme/lanes',
    provides: [Declared],
    stepKinds: [lane, laneAbsent],
    runners: ({ commands }) => [new runner(commands)],
  };
  const id = 'dc065497-3c8d-4f44-8fb4-e1d33c16a536';
  const address = 'fa:16:3e:83:fe:fc';
  const vif = new VIFGeneric({ id, plugin: 'lanes', address, vif_name: 'tapdc065497-3c' });
  return {
    plugins,
    requests: [{ id: 'a port', vif, instance: { uuid: 'f0000000-0000-0000-0000-000000000001' } }],
    host: { ovsBridges: ['br-int'] },
    vendor: () => {
      const own = new Map<string, number>();
      lanes = own;
      return seesFabric ? { snapshot: () => Object.fromEntries(own) } : {};
    },
  };
}
