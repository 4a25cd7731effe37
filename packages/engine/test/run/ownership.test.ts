import type {
  Difference,
  Found,
  Inspection,
  Intention,
  Outcome,
  StepRunner,
  Task,
  Wanted,
} from '@vifkit/core/step-kinds';
import type { Step } from '@vifkit/core/steps';
import { afterAll, describe, expect, it } from 'vitest';
import { Engine } from '../../src/run/engine.js';
import { Deadline } from '../../src/time/deadline.js';
import { fakeHost } from './support/fake-host.js';

const vifId = '5f0c6f3e-0b51-4b35-9f0b-6f6f3ddc8a11';
const other = 'c1e5cbd2-16b4-4d1e-8a5c-2b1f6a0d9e33';
const mark = { attribute: 'mark', expected: vifId, actual: null };
const differs = { attribute: 'up', expected: true, actual: false };

/** What is found, by how the table of docs/architecture.md calls it. */
const findings: Readonly<Record<string, Found>> = {
  "this VIF's": { whose: 'this' },
  "another VIF's": { whose: 'other', vifId: other },
  "another's, idle": { whose: 'other', vifId: other, isIdle: true },
  shared: { whose: 'shared' },
  'its own by name': { whose: 'unmarked', byName: true },
  unmarked: { whose: 'unmarked' },
};

/** What a runner can put a mark on. */
const canBeMarked: ReadonlySet<Found | undefined> = new Set(
  ["another VIF's", "another's, idle", 'its own by name'].map((title) => findings[title]),
);

/** A step of each kind, and what it would do with what it names. */
const steps: readonly (readonly [title: string, Intention, Step])[] = [
  ['link', 'make', { kind: 'link', name: 'l', create: { type: 'tap' } }],
  ['link, shared', 'use', { kind: 'link', name: 'l', create: { type: 'bridge' }, shared: true }],
  ['link that is there', 'use', { kind: 'link', name: 'l', set: { up: true } }],
  ['linkAbsent', 'remove', { kind: 'linkAbsent', name: 'l', type: 'tap', own: true }],
  ['linkUser', 'use', { kind: 'linkUser', name: 'l', user: vifId }],
  ['linkUserAbsent', 'remove', { kind: 'linkUserAbsent', name: 'l', user: vifId, type: 'vlan' }],
  ['ovsBridge', 'use', { kind: 'ovsBridge', name: 'l', datapathType: 'system' }],
  ['ovsBridge, own', 'make', { kind: 'ovsBridge', name: 'l', datapathType: 'system', own: true }],
  ['ovsBridgeAbsent', 'remove', { kind: 'ovsBridgeAbsent', name: 'l', own: true }],
  ['ovsPort', 'make', { kind: 'ovsPort', bridge: 'b', name: 'l', externalIds: {}, wired: true }],
  ['ovsPortAbsent', 'remove', { kind: 'ovsPortAbsent', name: 'l', own: true }],
  ['ovsVifPortsAbsent', 'remove', { kind: 'ovsVifPortsAbsent', interfaceId: vifId }],
  ['guestFilter', 'make', { kind: 'guestFilter', name: 'l', mac: '02:00:00:00:00:01', addresses: [] }],
  ['guestFilterAbsent', 'remove', { kind: 'guestFilterAbsent', name: 'l' }],
  ['vf', 'make', { kind: 'vf', address: '0000:05:10.0', vlan: 5 }],
  [
    'vf, given back',
    'remove',
    { kind: 'vf', address: '0000:05:10.0', restore: { vifMac: '02:00:00:00:00:01' } },
  ],
  ['command', 'use', { kind: 'command', argv: ['tool'] }],
];

type Came = 'done' | 'marked' | 'refused' | 'told' | 'left' | 'shown';

/** What comes of a step that would make a difference: as DESIGN says it of each, by intention. */
const expected: Readonly<Record<string, Readonly<Record<string, Readonly<Record<Intention, Came>>>>>> = {
  "this VIF's": {
    plug: { make: 'done', use: 'done', remove: 'done' },
    check: { make: 'shown', use: 'shown', remove: 'shown' },
    unplug: { make: 'done', use: 'done', remove: 'done' },
    gc: { make: 'done', use: 'done', remove: 'done' },
  },
  "another VIF's": {
    plug: { make: 'refused', use: 'refused', remove: 'left' },
    check: { make: 'told', use: 'told', remove: 'left' },
    unplug: { make: 'left', use: 'left', remove: 'left' },
    gc: { make: 'left', use: 'left', remove: 'left' },
  },
  "another's, idle": {
    plug: { make: 'marked', use: 'marked', remove: 'left' },
    check: { make: 'told', use: 'told', remove: 'left' },
    unplug: { make: 'left', use: 'left', remove: 'left' },
    gc: { make: 'left', use: 'left', remove: 'left' },
  },
  shared: {
    plug: { make: 'refused', use: 'done', remove: 'left' },
    check: { make: 'told', use: 'shown', remove: 'left' },
    unplug: { make: 'left', use: 'done', remove: 'left' },
    gc: { make: 'left', use: 'done', remove: 'done' },
  },
  'its own by name': {
    plug: { make: 'marked', use: 'done', remove: 'done' },
    check: { make: 'marked', use: 'shown', remove: 'shown' },
    unplug: { make: 'done', use: 'done', remove: 'done' },
    gc: { make: 'left', use: 'left', remove: 'left' },
  },
  unmarked: {
    plug: { make: 'refused', use: 'done', remove: 'left' },
    check: { make: 'shown', use: 'shown', remove: 'left' },
    unplug: { make: 'left', use: 'done', remove: 'left' },
    gc: { make: 'left', use: 'left', remove: 'left' },
  },
};

/** What was written. */
type Made = 'changed' | 'marked';

/** Finds what it is told to, and notes what it is given to do. */
class FindingRunner implements StepRunner<Step, Made, Made> {
  readonly kinds = steps.map(([, , { kind }]) => kind);
  readonly applied: Task<Step, Made>[] = [];

  constructor(private readonly inspection: Inspection<Made>) {}

  async inspect(those: readonly unknown[]): Promise<Inspection<Made>[]> {
    return those.map(() => this.inspection);
  }
  async apply(tasks: readonly Task<Step, Made>[]): Promise<Outcome<Made>[]> {
    this.applied.push(...tasks);
    return tasks.map(({ change }) => ({ done: change }));
  }
  async undo(tasks: readonly unknown[]) {
    return tasks.map(() => undefined);
  }
}

function inspectionOf(found: Found, differences: readonly Difference[]): Inspection<Made> {
  const wanted = differences.length > 0 && { change: 'changed' as const };
  const takeOver: Wanted<Made> = { change: 'marked', differences: [...differences, mark] };
  return { ...wanted, differences, found, ...(canBeMarked.has(found) && { takeOver }) };
}

type Operation = 'plug' | 'check' | 'unplug' | 'gc';

async function run(operation: Operation, step: Step, found: Found, differences = [differs]) {
  const runner = new FindingRunner(inspectionOf(found, differences));
  const engine = new Engine(fakeHost([runner]));
  const jobs = [{ vifId, plan: [step] }];
  const signal = new Deadline(20_000).signal;
  if (operation === 'check') {
    const [result] = await engine.inspect(jobs, { signal, operation });
    return { result, told: result && 'value' in result ? result.value[0]?.inspection : undefined, runner };
  }
  const method = operation === 'gc' ? 'collect' : operation;
  const [result] = await engine[method](jobs, { signal });
  return { result, told: undefined, runner };
}

/** What came of it, as far as can be seen from outside. */
async function cameOf(operation: Operation, step: Step, found: Found): Promise<Came | string> {
  const { result, told, runner } = await run(operation, step, found);
  if (told) {
    const attributes = told.differences.map(({ attribute }) => attribute);
    if (attributes.includes('vif')) return 'told';
    if (attributes.includes('mark')) return 'marked';
    return attributes.length > 0 ? 'shown' : 'left';
  }
  if (!result || 'error' in result) return runner.applied.length === 0 ? 'refused' : 'refused too late';
  const [task] = runner.applied;
  if (!task) return result.left?.length === 1 ? 'left' : 'left without a word';
  return task.change === 'marked' ? 'marked' : 'done';
}

const cells = Object.entries(findings).flatMap(([title, found]) =>
  (['plug', 'check', 'unplug', 'gc'] as const).map((operation) => ({ title, operation, found })),
);

describe('whose a thing is', () => {
  const printed: string[] = [];
  afterAll(() => process.stdout.write(`${printed.join('\n')}\n`));

  it.each(cells)('$title: $operation', async ({ title, operation, found }) => {
    const came: Record<string, string> = {};
    for (const [name, , step] of steps) came[name] = await cameOf(operation, step, found);
    const row = expected[title]?.[operation];
    expect(came).toEqual(Object.fromEntries(steps.map(([name, intention]) => [name, row?.[intention]])));
    const cellsOf = steps.map(([name]) => `${name}: ${came[name]}`);
    printed.push(`${title.padEnd(16)} ${operation.padEnd(7)} ${cellsOf.join(', ')}`);
  });

  it('names the other VIF when it refuses', async () => {
    const [, , step] = steps[0] ?? steps[1] ?? expect.fail();
    const { result } = await run('plug', step, { whose: 'other', vifId: other });
    expect(result).toMatchObject({
      error: { cause: { code: 'OWNED_BY_OTHER_VIF', vifId, message: expect.stringContaining(other) } },
    });
  });

  it('refuses a plug that would remove what is in use, but not an unplug', async () => {
    const step: Step = { kind: 'linkAbsent', name: 'tap17', type: 'tap', own: true };
    const found: Found = { whose: 'this', usedBy: 'a program' };
    const { result, runner } = await run('plug', step, found);
    const message = expect.stringContaining('a program has link tap17 open');
    expect(result).toMatchObject({ error: { cause: { code: 'VIF_IN_USE', vifId, message } } });
    expect(runner.applied).toEqual([]);
    expect(await cameOf('unplug', step, found)).toBe('done');
    expect((await run('plug', step, found, [])).result).toHaveProperty('value');
  });

  it('names what a thing serves when it refuses to change it', async () => {
    const step: Step = { kind: 'link', name: 'br0', create: { type: 'bridge' } };
    const { result } = await run('plug', step, { whose: 'unmarked', usedBy: 'eth0' });
    const message = expect.stringContaining("link 'br0' serves others (eth0)");
    expect(result).toMatchObject({ error: { cause: { code: 'LINK_NOT_OURS', message } } });
  });

  it('says whose it is that was left', async () => {
    const left = async (found: Found) => {
      const { result } = await run('unplug', { kind: 'ovsPortAbsent', name: 'p', own: true }, found);
      return result && 'value' in result && result.left;
    };
    expect(await left({ whose: 'other', vifId: other })).toEqual([
      { kind: 'ovsPortAbsent', name: 'p', vifId: other },
    ]);
    expect(await left({ whose: 'shared' })).toEqual([{ kind: 'ovsPortAbsent', name: 'p', vifId: null }]);
    expect(await left({ whose: 'this' })).toBeUndefined();
  });

  it('does not mind somebody else’s mark on what is as it is to be, nor reports what is missing', async () => {
    const [, , step] = steps[0] ?? expect.fail();
    const kept = await run('plug', step, { whose: 'unmarked' }, []);
    expect(kept.result).toEqual({ value: [] });
    const gone = await run(
      'unplug',
      { kind: 'linkAbsent', name: 'l', type: 'tap', own: true },
      { whose: 'shared' },
      [],
    );
    expect(gone.result).toEqual({ value: [] });
  });

  it('leaves without a word what a lenient step does not find to be the VIF’s, unless it is another’s', async () => {
    const step = { kind: 'linkAbsent', name: 'l', type: 'tap', own: false, lenient: true } as const;
    expect((await run('unplug', step, { whose: 'unmarked' })).result).toEqual({ value: [] });
    expect((await run('unplug', step, { whose: 'other', vifId: other })).result).toMatchObject({
      left: [{ vifId: other }],
    });
  });
});
