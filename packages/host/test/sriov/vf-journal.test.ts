import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VifError } from '@vifkit/core';
import type { AttemptedTask, Inspection } from '@vifkit/core/step-kinds';
import type { VfStep } from '@vifkit/core/steps';
import { Deadline } from '@vifkit/engine/time';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileVfJournal } from '../../src/records/vf-records.js';
import type { VfWrite } from '../../src/sriov/inspect-vf.js';
import { type VfProgress, VfRunner } from '../../src/sriov/vf-runner.js';
import type { VfChange, VfState, VfTable } from '../../src/sriov/vf-table.js';

// VIFs.
const a = '5a3b8e6c-9d41-4f0a-8c27-1e6f0d9b2a31';
const b = 'c7d2f915-3b68-4e1d-a05c-84b9e2f7d630';

const address = '0000:c2:00.1';
const mac = 'fa:16:3e:43:03:21';
const none = '00:00:00:00:00:00';
const first: VfState = { mac: '52:54:00:00:00:01', vlan: 9, qos: 3, protocol: '802.1ad', trust: true };
const plugged: VfState = { mac, vlan: 7, trust: false };
const plug: VfStep = { kind: 'vf', address, mac, vlan: 7, trust: false };
const unplug: VfStep = { kind: 'vf', address, vlan: 0, trust: false, restore: { vifMac: mac } };
const soon = () => new Deadline(20_000).signal;

/** One virtual function, which sets a VLAN together with its priority and protocol, as the kernel does. */
class OneFunction implements VfTable {
  state: VfState = first;
  writes = 0;
  /** Whether a change is refused. */
  refuses: (set: VfChange['set']) => boolean = () => false;
  /** Called before each change. */
  onWrite: () => Promise<void> = async () => {};

  /** The links upon the function's own device. */
  users: readonly string[] = [];

  read = async () => {
    const found = this.users.length > 0 ? { ...this.state, users: this.users } : this.state;
    return new Map([[address, found]]);
  };

  async write(changes: readonly VfChange[]): Promise<(VifError | undefined)[]> {
    const outcomes: (VifError | undefined)[] = [];
    for (const { set } of changes) outcomes.push(await this.#set(set));
    return outcomes;
  }

  async #set(set: VfChange['set']): Promise<VifError | undefined> {
    if (Object.keys(set).length === 0) return undefined;
    await this.onWrite();
    this.writes += 1;
    if (this.refuses(set)) return new VifError('LINK_COMMAND_FAILED', 'refused');
    const { qos, protocol, ...rest } = this.state;
    this.state = set.vlan === undefined ? { ...this.state, ...set } : { ...rest, ...set };
    return undefined;
  }
}

let stateDir: string;
let table: OneFunction;
let runner: VfRunner;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'state-'));
  table = new OneFunction();
  runner = new VfRunner(table, new FileVfJournal(stateDir));
});
afterEach(() => rm(stateDir, { recursive: true }));

const recorded = async () => (await new FileVfJournal(stateDir).read([address])).get(address);

/** What became of a step. */
interface Run {
  readonly inspection: Inspection<VfWrite>;
  /** As the runner was given it; none where nothing was to be written. */
  readonly tasks: readonly AttemptedTask<VfStep, VfWrite, VfProgress>[];
  readonly error: VifError | undefined;
}

async function inspect(step: VfStep, vifId: string): Promise<Inspection<VfWrite>> {
  const [inspection] = await runner.inspect([{ step, vifId }], soon());
  return inspection ?? { differences: [] };
}

/** Carries a step out as the engine does: only where something is to be written, and unless it is blocked. */
async function run(step: VfStep, vifId = a): Promise<Run> {
  return carryOut(step, vifId, await inspect(step, vifId));
}

async function carryOut(step: VfStep, vifId: string, inspection: Inspection<VfWrite>): Promise<Run> {
  const { change, blocked } = inspection;
  if (blocked || change === undefined) return { inspection, tasks: [], error: blocked };
  const task = { step, vifId, change };
  const [outcome = {}] = await runner.apply([task], soon());
  return { inspection, tasks: [{ ...task, outcome }], error: outcome.error };
}

const differing = ({ inspection }: Run) =>
  Object.fromEntries(
    inspection.differences.map(({ attribute, expected, actual }) => [attribute, [actual, expected]]),
  );

describe('what a virtual function had', () => {
  it('is recorded before the first write, and put back by the unplug', async () => {
    const written = [{ mac, vlan: 7, trust: false }];
    table.onWrite = async () => expect(await recorded()).toEqual({ vifId: a, former: first, written });
    expect((await run(plug)).error).toBeUndefined();
    expect(table.state).toEqual(plugged);
    const task = await run(unplug);
    expect(task.error).toBeUndefined();
    expect(differing(task)).toEqual({
      mac: [mac, first.mac],
      vlan: [7, 9],
      qos: [0, 3],
      protocol: ['802.1Q', '802.1ad'],
      trust: [false, true],
    });
    expect(table.state).toEqual(first);
    expect(await readdir(stateDir)).toEqual([]);
  });

  it('stays as it is when the unplug is repeated', async () => {
    await run(plug);
    await run(unplug);
    const { writes } = table;
    expect(differing(await run(unplug))).toEqual({});
    expect([table.writes, table.state]).toEqual([writes, first]);
  });

  it('is not written anew by a second plug, which has nothing to write', async () => {
    await run(plug);
    const { writes } = table;
    expect(differing(await run(plug))).toEqual({});
    expect(table.writes).toBe(writes);
  });

  it('is the very first that the VIF found, whatever it was given in between', async () => {
    await run({ ...plug, vlan: 6 }); // and the process is killed
    await run(plug);
    await run(unplug);
    expect(table.state).toEqual(first);
  });

  it('is forgotten where it was recorded, and nothing was written', async () => {
    await new FileVfJournal(stateDir).record(address, { vifId: a, former: first });
    const task = await run(unplug);
    expect(differing(task)).toEqual({ holder: [a, null] });
    expect([task.error, table.writes]).toEqual([undefined, 0]);
    expect(await readdir(stateDir)).toEqual([]);
    expect(differing(await run(unplug))).toEqual({});
  });

  it('stays recorded while the function cannot be given it back', async () => {
    await run(plug);
    table.refuses = () => true;
    expect((await run(unplug)).error?.code).toBe('LINK_COMMAND_FAILED');
    expect(await recorded()).toMatchObject({ vifId: a, former: first });
    table.refuses = () => false;
    expect((await run(unplug)).error).toBeUndefined();
    expect(table.state).toEqual(first);
  });

  it('is put back except for the MAC address where the driver does not take that away', async () => {
    table.state = { ...first, mac: none };
    await run(plug);
    table.refuses = (set) => set.mac === none;
    expect((await run(unplug)).error).toBeUndefined();
    expect(table.state).toEqual({ ...first, mac });
    expect(await recorded()).toBeUndefined();
  });
});

describe("the address of a function's own device", () => {
  const own = '02:00:00:00:00:01';

  it.each([
    ['goes back while the function is trusted', true, own],
    ['is its own affair where it may not be set', false, mac],
  ])('%s', async (_, trust, expected) => {
    table.state = { ...first, deviceMac: own };
    await run({ ...plug, trust });
    expect(await recorded()).toMatchObject({ former: { deviceMac: own } });
    table.state = { ...table.state, deviceMac: mac };
    await run(unplug);
    expect(table.state).toEqual({ ...first, deviceMac: expected });
  });

  it('is not missed where a guest has the device', async () => {
    table.state = { ...first, deviceMac: own };
    await run({ ...plug, trust: true });
    const { deviceMac, ...others } = table.state;
    table.state = others;
    expect((await run(unplug)).error).toBeUndefined();
    expect(table.state).toEqual(first);
  });
});

describe('what somebody else has set since', () => {
  const others = 'fa:16:3e:43:03:99';

  it('stays where the function has the address of another VIF, and the record goes', async () => {
    await run({ ...plug, trust: true });
    const state = { mac: others, vlan: 200, trust: true };
    table.state = state;
    const { writes } = table;
    const task = await run(unplug);
    expect(differing(task)).toEqual({ holder: [a, null] });
    expect(task.inspection.isLost).toBe(true);
    expect([table.state, table.writes, await recorded()]).toEqual([state, writes, undefined]);
  });

  it.each([
    ['the VLAN', { vlan: 200 }, { ...first, vlan: 200, qos: undefined, protocol: undefined }],
    ["the VLAN's priority", { qos: 5 }, { ...first, vlan: 7, qos: 5, protocol: undefined }],
    ['the trust', { trust: true }, first],
    ['the address, taken away', { mac: none }, { ...first, mac: none }],
  ])('stays, and the rest is put back: %s', async (_, set, expected) => {
    await run(plug);
    table.state = { ...table.state, ...set };
    expect((await run(unplug)).inspection.isLost).toBeUndefined();
    expect({ ...table.state }).toEqual(expected);
    expect(await recorded()).toBeUndefined();
  });

  it('is reported from what a process wrote that was killed at its second plug', async () => {
    await run({ ...plug, vlan: 6 });
    table.refuses = () => true;
    await run(plug); // records VLAN 7, and does not get to write it
    table.refuses = () => false;
    await run(unplug);
    expect(table.state).toEqual(first);
  });

  it('is reported from what the VIF wrote that had the function before', async () => {
    await run({ ...plug, trust: true }, a);
    await run({ kind: 'vf', address, mac: '52:54:00:00:00:02', vlan: 8 }, b);
    await run({ ...unplug, restore: { vifMac: '52:54:00:00:00:02' } }, b);
    expect(table.state).toEqual(first);
  });

  it('goes by the address alone where an older release wrote the record', async () => {
    await run(plug);
    await new FileVfJournal(stateDir).record(address, { vifId: a, former: first });
    table.state = { ...table.state, vlan: 200 };
    await run(unplug);
    expect(table.state).toEqual(first);
    await new FileVfJournal(stateDir).record(address, { vifId: a, former: first });
    table.state = { mac: others, vlan: 200, trust: false };
    await run(unplug);
    expect(table.state).toEqual({ mac: others, vlan: 200, trust: false });
    expect(await recorded()).toBeUndefined();
  });

  it('stays when garbage is collected', async () => {
    await run(plug);
    table.state = { mac: others, vlan: 200, trust: false };
    const [owned] = await runner.findOwned(soon());
    expect(owned).toMatchObject({ vifId: a, step: { kind: 'vf', address } });
    const step = owned && 'step' in owned && owned.step.kind === 'vf' ? owned.step : unplug;
    await run(step);
    expect([table.state.vlan, await recorded()]).toEqual([200, undefined]);
  });
});

describe('a function whose own device is in use', () => {
  const users = ['macvtap0'];

  it('is refused where nothing is recorded of it, and the link named', async () => {
    table.users = users;
    const { error } = await run(plug);
    expect(error).toMatchObject({ code: 'LINK_BUSY', message: expect.stringContaining('macvtap0') });
    expect([table.writes, await recorded()]).toEqual([0, undefined]);
  });

  it('is the VIF’s own where it has its address, or its record', async () => {
    table.state = { ...plugged, vlan: 6 };
    table.users = users;
    expect((await run(plug)).error).toBeUndefined();
    table.state = { ...table.state, mac: first.mac };
    expect((await run(plug)).error).toBeUndefined();
    expect(table.state).toEqual(plugged);
  });

  it("is reported to be another VIF's, and idle once nothing is on top of it", async () => {
    await run(plug, a);
    const foundBy = async (vifId: string) => (await inspect(plug, vifId)).found;
    expect(await foundBy(b)).toEqual({ whose: 'other', vifId: a, isIdle: true });
    table.users = users;
    expect(await foundBy(b)).toEqual({ whose: 'other', vifId: a, usedBy: 'macvtap0' });
    expect(await foundBy(a.toUpperCase())).toEqual({ whose: 'this' });
  });
});

describe('a plug that is undone', () => {
  it('leaves the function and the journal as they were', async () => {
    const { tasks } = await run(plug);
    expect(await runner.undo(tasks, soon())).toEqual([undefined]);
    expect(table.state).toEqual(first);
    expect(await readdir(stateDir)).toEqual([]);
  });

  it('leaves the function to the VIF that had it, with what was recorded for that one', async () => {
    await run(plug, a);
    const { tasks } = await run({ ...plug, vlan: 8 }, b);
    expect(await recorded()).toMatchObject({ vifId: b, former: first });
    await runner.undo(tasks, soon());
    expect(table.state).toEqual(plugged);
    expect(await recorded()).toMatchObject({ vifId: a, former: first });
  });

  it('keeps the record of an earlier plug, which is to be unplugged still', async () => {
    await run(plug);
    const { tasks } = await run({ ...plug, vlan: 8 });
    await runner.undo(tasks, soon());
    expect(table.state).toEqual(plugged);
    expect(await recorded()).toMatchObject({ vifId: a, former: first });
  });

  it('keeps the record while the function cannot be given back what it had', async () => {
    const { tasks } = await run(plug);
    table.refuses = () => true;
    expect((await runner.undo(tasks, soon()))[0]?.code).toBe('LINK_COMMAND_FAILED');
    table.refuses = () => false;
    await run(unplug);
    expect(table.state).toEqual(first);
  });
});

describe('a function of which nothing is recorded', () => {
  it('gets the settings of the step while it has the MAC address of the VIF', async () => {
    table.state = { ...plugged, qos: 1 };
    expect(differing(await run({ ...unplug, restore: { vifMac: mac.toUpperCase() } }))).toEqual({
      vlan: [7, 0],
      qos: [1, 0],
    });
    expect(table.state).toEqual({ mac, vlan: 0, trust: false });
  });

  it('is let alone otherwise', async () => {
    expect(differing(await run(unplug))).toEqual({});
    expect(table.state).toEqual(first);
  });
});

describe('a function that another VIF has left behind', () => {
  it('is taken over with what it had before that one', async () => {
    await run(plug, a);
    await run({ ...plug, mac: '52:54:00:00:00:02' }, b);
    expect(await recorded()).toMatchObject({ vifId: b, former: first });
    await run({ ...unplug, restore: { vifMac: '52:54:00:00:00:02' } }, b);
    expect(table.state).toEqual(first);
  });

  it('is taken over even where nothing is to be set', async () => {
    await run(plug, a);
    const { writes } = table;
    expect(differing(await run(plug, b))).toEqual({ holder: [a, b] });
    expect(table.writes).toBe(writes);
    expect(await recorded()).toMatchObject({ vifId: b, former: first });
  });

  it('is no more of the concern of that one', async () => {
    await run(plug, a);
    await run(plug, b);
    expect(differing(await run(unplug, a))).toEqual({});
    expect(table.state).toEqual(plugged);
    await run(unplug, b);
    expect(table.state).toEqual(first);
  });
});

describe('a journal that cannot be used', () => {
  const damage = () => writeFile(join(stateDir, `vf-${address}.json`), '{"version":');

  it('keeps a function from being written to', async () => {
    await damage();
    expect((await run(plug)).error?.code).toBe('JOURNAL_INVALID');
    expect((await run(unplug)).error?.code).toBe('JOURNAL_INVALID');
    expect([table.writes, table.state]).toEqual([0, first]);
  });

  it('does not matter to a plug that has nothing to write', async () => {
    table.state = plugged;
    await damage();
    expect((await run(plug)).error).toBeUndefined();
  });

  it('fails the plug before it has written anything, and there is nothing to undo', async () => {
    const inspection = await inspect(plug, a);
    await rm(stateDir, { recursive: true });
    await writeFile(stateDir, 'no folder');
    const { error, tasks } = await carryOut(plug, a, inspection);
    expect(tasks).toHaveLength(1);
    expect(error?.code).toBe('JOURNAL_FAILED');
    expect(await runner.undo(tasks, soon())).toEqual([undefined]);
    expect(table.writes).toBe(0);
  });
});
