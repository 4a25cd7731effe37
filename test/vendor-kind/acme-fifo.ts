import {
  announce,
  asVifError,
  type Plan,
  type PlanContext,
  type PluginPackage,
  unsupportedVif,
  VifError,
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
  linkName,
  type Outcome,
  type Owned,
  type RunnerContext,
  type StepOf,
  type StepRunner,
  type Task,
  type VifStep,
} from '@vifkit/core/step-kinds';

const fifo = defineStepKind({
  kind: 'acme:fifo',
  noun: 'queue',
  fields: {
    /** The link whose packets wait in the queue. */
    link: linkName,
    /** How many packets may wait. */
    limit: integer(1, 100_000),
  },
  target: ({ link }) => link,
  intention: () => 'make',
  describe: ({ limit }) => [`for ${limit} packets`],
  drawnBeside: ({ link }) => link,
});

const fifoAbsent = defineStepKind({
  kind: 'acme:fifoAbsent',
  noun: 'queue',
  fields: { link: linkName },
  target: ({ link }) => link,
  intention: () => 'remove',
  describe: () => ['to be absent'],
});

type FifoStep = StepOf<typeof fifo> | StepOf<typeof fifoAbsent>;

/** A queue's limit before and after; undefined where there is no queue of ours. */
interface LimitChange {
  readonly former: number | undefined;
  readonly limit: number | undefined;
}

/** The handle that marks our queues. */
const HANDLE = 'acf1:';

/** Carries out steps about the queues of links by `tc`: one reading for a batch. */
class FifoRunner implements StepRunner<FifoStep, LimitChange, LimitChange> {
  readonly kinds = ['acme:fifo', 'acme:fifoAbsent'] as const;

  constructor(private readonly commands: CommandExecutor) {}

  async inspect(
    steps: readonly VifStep<FifoStep>[],
    signal: AbortSignal,
  ): Promise<Inspection<LimitChange>[]> {
    const limits = await this.#limits(signal);
    return steps.map(({ step }) => {
      const former = limits.get(step.link);
      const limit = step.kind === 'acme:fifo' ? step.limit : undefined;
      const found = former !== undefined && ({ whose: 'this' } as const);
      if (former === limit) return { differences: [], ...(found && { found }) };
      const differences =
        former === undefined || limit === undefined
          ? [{ attribute: 'exists', expected: limit !== undefined, actual: former !== undefined }]
          : [{ attribute: 'limit', expected: limit, actual: former }];
      return {
        change: { former, limit },
        differences,
        creates: former === undefined,
        ...(found && { found }),
      };
    });
  }

  apply(tasks: readonly Task<FifoStep, LimitChange>[], signal: AbortSignal): Promise<Outcome<LimitChange>[]> {
    return Promise.all(
      tasks.map(async ({ step, change }) => {
        const error = await this.#put(step.link, change.limit, signal);
        return error ? { error } : { done: change };
      }),
    );
  }

  /** What was cut off may have been done: the queue gets its former limit all the same. */
  undo(tasks: readonly AttemptedTask<FifoStep, LimitChange, LimitChange>[], signal: AbortSignal) {
    return Promise.all(
      tasks.map(({ step, change, outcome: { done = change } }) => this.#put(step.link, done.former, signal)),
    );
  }

  /** Our queues, whose VIF the mark of their link tells. */
  async findOwned(signal: AbortSignal): Promise<Owned<FifoStep>[]> {
    const limits = await this.#limits(signal);
    if (limits.size === 0) return [];
    const links = await this.#read<{ ifname: string; ifalias?: string }>(
      ['ip', '-json', 'link', 'show'],
      signal,
    );
    return links.flatMap(({ ifname, ifalias }): Owned<FifoStep>[] => {
      const [, vifId] = /^vifkit:([0-9a-f-]{36})$/i.exec(ifalias ?? '') ?? [];
      if (!limits.has(ifname) || vifId === undefined) return [];
      return [{ vifId, step: { kind: 'acme:fifoAbsent', link: ifname } }];
    });
  }

  async #limits(signal: AbortSignal): Promise<Map<string, number>> {
    const queues = await this.#read<{ handle: string; dev: string; options: { limit?: number } }>(
      ['tc', '-json', 'qdisc', 'show'],
      signal,
    );
    const ours = queues.filter(({ handle }) => handle === HANDLE);
    return new Map(ours.map(({ dev, options }) => [dev, options.limit ?? 0]));
  }

  async #read<T>(argv: readonly [string, ...string[]], signal: AbortSignal): Promise<T[]> {
    const { exitCode, stdout, stderr } = await this.commands.run(argv, signal);
    if (exitCode === 0) return JSON.parse(stdout || '[]');
    throw new VifError('CHECK_FAILED', `${argv.join(' ')} failed: ${stderr.trim()}`);
  }

  async #put(link: string, limit: number | undefined, signal: AbortSignal): Promise<VifError | undefined> {
    const wanted = limit === undefined ? ['del'] : ['replace'];
    const queue = limit === undefined ? [] : ['handle', HANDLE, 'pfifo', 'limit', String(limit)];
    const argv = ['tc', 'qdisc', ...wanted, 'dev', link, 'root', ...queue] as const;
    try {
      const { exitCode, stderr } = await this.commands.run(argv, signal);
      if (exitCode === 0 || (limit === undefined && /cannot find device/i.test(stderr))) return undefined;
      return new VifError('LINK_COMMAND_FAILED', `The queue of ${link} cannot be set: ${stderr.trim()}`);
    } catch (error) {
      return asVifError(error, 'LINK_COMMAND_FAILED', `The queue of ${link} cannot be set`);
    }
  }
}

/** A tap with a queue, and a tool that is told of it. */
@vifPlugin({
  name: 'acme-fifo',
  makesTaps: true,
  needs: [
    { kind: 'program', name: 'tc', from: 'iproute2' },
    { kind: 'program', name: 'acmectl', from: 'the acme-agent package' },
  ],
})
class FifoPlugin implements VifPlugin {
  describe() {
    return announce('acme-fifo', [[VIFGeneric, []]]);
  }

  plug(vif: VIFBase, { tap: { multiQueue } }: PlanContext): Plan {
    const link = tapOf(vif);
    return [
      { kind: 'link', name: link, create: { type: 'tap', multiQueue }, set: { up: true } },
      { kind: 'acme:fifo', link, limit: queueFor(vif) },
      { kind: 'command', argv: ['acmectl', 'add', link], undo: ['acmectl', 'remove', link] },
    ];
  }

  unplug(vif: VIFBase): Plan {
    const link = tapOf(vif);
    return [
      { kind: 'acme:fifoAbsent', link },
      { kind: 'linkAbsent', name: link, type: 'tap', own: true },
    ];
  }
}

/** Jumbo frames wait in a shorter queue. */
function queueFor({ network }: VIFBase): number {
  return (network?.mtu ?? 1500) > 1500 ? 50 : 100;
}

function tapOf(vif: VIFBase): string {
  if (vif instanceof VIFGeneric) return requireField(vif, 'vif_name', vif.id);
  throw unsupportedVif('acme-fifo', vif);
}

const acme: PluginPackage = {
  name: '@acme/vifkit-plugin-fifo',
  provides: [FifoPlugin],
  stepKinds: [fifo, fifoAbsent],
  runners: ({ commands }: RunnerContext) => [new FifoRunner(commands)],
};
export default acme;
