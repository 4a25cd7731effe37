import { VifError } from '@vifkit/core';
import type { LinkAbsentStep, LinkStep } from '@vifkit/core/steps';
import { Deadline } from '@vifkit/engine/time';
import { type LinkSpec, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { LinkRunner } from '../../src/links/link-runner.js';
import type { AttemptedLinkTask } from '../../src/links/undoing.js';

type Step = LinkStep | LinkAbsentStep;

const soon = () => new Deadline(10_000).signal;

function setUp(links: LinkSpec[] = []) {
  const host = memoryHost({ links });
  const runner = new LinkRunner(host.links);
  /** Inspects steps and applies those that differ, as the engine does; VIF ids are a, b, ... unless given. */
  const apply = async (steps: readonly Step[], vifId = 'a'): Promise<AttemptedLinkTask[]> => {
    const inspections = await runner.inspect(
      steps.map((step) => ({ step, vifId })),
      soon(),
    );
    const tasks = steps.flatMap((step, i) => {
      const { change } = inspections[i] ?? {};
      return change ? [{ step, vifId, change }] : [];
    });
    const outcomes = await runner.apply(tasks, soon());
    return tasks.map((task, i) => ({ ...task, outcome: outcomes[i] ?? {} }));
  };
  const changeFor = async (step: Step) => {
    const [inspection] = await runner.inspect([{ step, vifId: 'a' }], soon());
    if (!inspection?.change) throw new Error('Nothing differs');
    return inspection.change;
  };
  const undo = (tasks: readonly AttemptedLinkTask[]) => runner.undo([...tasks].reverse(), soon());
  const writes = () => host.writes.map(({ what }) => what);
  return { host, runner, apply, changeFor, undo, writes };
}

const tap = (name: string, own: Partial<LinkStep> = {}): LinkStep => ({
  kind: 'link',
  name,
  create: { type: 'tap' },
  ...own,
});
const veth = (name: string, peer: string, own: Partial<LinkStep> = {}): LinkStep => ({
  kind: 'link',
  name,
  create: { type: 'veth', peer },
  ...own,
});
const bridge = (name: string, own: Partial<LinkStep> = {}): LinkStep => ({
  kind: 'link',
  name,
  create: { type: 'bridge' },
  ...own,
});
const absent = (name: string, type: LinkAbsentStep['type'] = 'tap'): LinkAbsentStep => ({
  kind: 'linkAbsent',
  name,
  type,
  own: true,
});

describe('applying link steps', () => {
  it('makes links with initial attributes and those to be set, and marks them with their VIF', async () => {
    const { host, apply } = setUp();
    const initial = { mtu: 9000, up: false, bridge: { stp: false, ageing: 0 } };
    await apply([
      bridge('br0', { initial, set: { up: true, bridge: { ageing: 10 } }, shared: true }),
      tap('tap0'),
    ]);
    expect(host.links.snapshot()).toMatchObject({
      br0: { mtu: 9000, up: true, bridge: { stp: false, ageing: 10 }, alias: 'vifkit:shared' },
      tap0: { alias: 'vifkit:a' },
    });
  });

  it('sets what differs on a link that exists, and nothing more', async () => {
    const { host, apply, writes } = setUp([{ name: 'eth0', mtu: 9000 }]);
    await apply([{ kind: 'link', name: 'eth0', set: { up: true }, initial: { mtu: 1400 } }]);
    expect(host.links.snapshot().eth0).toMatchObject({ up: true, mtu: 9000 });
    expect(host.links.snapshot().eth0).not.toHaveProperty('alias');
    expect(writes()).toEqual(['set eth0']);
  });

  it('makes a pair once that has a step for each end, and a bridge once that two want', async () => {
    const { apply, writes } = setUp();
    await apply([veth('v0', 'v1'), veth('v1', 'v0'), bridge('br0'), bridge('br0')]);
    expect(writes().filter((what) => what.startsWith('add'))).toEqual(['add v0', 'add br0']);
  });

  it('removes a pair once that has a step for each end', async () => {
    const { host, apply, writes } = setUp([{ name: 'v0', type: 'veth', peer: 'v1' }]);
    const outcomes = await apply([absent('v0', 'veth'), absent('v1', 'veth')]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([{ done: 'all' }, { done: 'all' }]);
    expect(writes()).toEqual(['delete v0']);
    expect(host.links.snapshot()).toEqual({});
  });

  it('reports a failure to all steps that it concerns, and to no others', async () => {
    const { host, apply } = setUp();
    host.failAt(({ what }) => what === 'add v0');
    const outcomes = await apply([veth('v0', 'v1'), tap('tap0'), veth('v1', 'v0')]);
    expect(outcomes.map(({ outcome }) => outcome.error?.message)).toEqual([
      'Link v0 cannot be made: Made to fail',
      undefined,
      'Link v0 cannot be made: Made to fail',
    ]);
    expect(Object.keys(host.links.snapshot())).toEqual(['tap0']);
  });

  it('does not touch what somebody else made in the meantime', async () => {
    const { changeFor, host, runner, undo } = setUp();
    const step = tap('tap0', { set: { up: true } });
    const change = await changeFor(step);
    host.links.kernel.put({ name: 'tap0', type: 'tap' });
    const task = { step, vifId: 'a', change };
    const [outcome = {}] = await runner.apply([task], soon());
    expect(outcome).toMatchObject({ done: 'nothing', error: { code: 'LINK_EXISTS' } });
    expect(await undo([{ ...task, outcome }])).toEqual([undefined]);
    expect(host.links.snapshot().tap0).toMatchObject({ up: false });
    expect(host.links.snapshot().tap0).not.toHaveProperty('alias');
  });
});

describe('undoing link steps', () => {
  it('removes what was made', async () => {
    const { host, apply, undo } = setUp();
    const before = host.snapshot();
    const tasks = await apply([
      bridge('br0'),
      veth('v0', 'v1', { set: { master: 'br0' } }),
      veth('v1', 'v0'),
    ]);
    expect(await undo(tasks)).toEqual([undefined, undefined, undefined]);
    expect(host.snapshot()).toEqual(before);
  });

  it('puts back what was set', async () => {
    const { host, apply, undo } = setUp([
      { name: 'br0', type: 'bridge', bridge: { stp: true }, ipv6: true },
      { name: 'br1', type: 'bridge' },
      { name: 'eth0', address: '52:54:00:00:00:01' },
      { name: 'tap0', type: 'tap', master: 'br1', alias: 'vifkit:a' },
    ]);
    const before = host.snapshot();
    const tasks = await apply([
      bridge('br0', { set: { ipv6: false, mtu: 1400, bridge: { stp: false, forwardDelay: 0, ageing: 0 } } }),
      {
        kind: 'link',
        name: 'eth0',
        set: { up: true, address: '52:54:00:00:00:02', master: 'br0', arpIgnore: 1 },
      },
      { kind: 'link', name: 'tap0', set: { master: 'br0', promisc: true } },
    ]);
    expect(host.links.snapshot()).toMatchObject({ tap0: { master: 'br0' }, eth0: { master: 'br0' } });
    expect(await undo(tasks)).toEqual([undefined, undefined, undefined]);
    expect(host.snapshot()).toEqual(before);
  });

  it('leaves a shared bridge that has got another member', async () => {
    const { host, apply, undo } = setUp();
    const tasks = await apply([bridge('br0', { shared: true }), tap('tap0', { set: { master: 'br0' } })]);
    host.links.kernel.put({ name: 'other', type: 'tap', master: 'br0' });
    expect(await undo(tasks)).toEqual([undefined, undefined]);
    expect(Object.keys(host.links.snapshot())).toEqual(['br0', 'other']);
  });

  it('removes a shared bridge whose members all go as well', async () => {
    const { host, apply, undo } = setUp();
    await undo(await apply([bridge('br0', { shared: true }), tap('tap0', { set: { master: 'br0' } })]));
    expect(host.links.snapshot()).toEqual({});
  });

  it('leaves alone what somebody has put in the place of a link that was made', async () => {
    const { host, apply, undo } = setUp();
    const tasks = await apply([tap('tap0'), tap('tap1')]);
    host.links.kernel.remove('tap0');
    host.links.kernel.put({ name: 'tap0', type: 'tap' });
    expect(await undo(tasks)).toEqual([undefined, undefined]);
    expect(Object.keys(host.links.snapshot())).toEqual(['tap0']);
  });

  it('restores links that were removed', async () => {
    const { apply, host, undo } = setUp([{ name: 'br0', type: 'bridge' }]);
    const set = { up: true, mtu: 1400, master: 'qbr0' };
    const qbr0 = bridge('qbr0', { set: { up: true, bridge: { forwardDelay: 0, stp: false } } });
    await apply([tap('tap0', { set: { mtu: 1400, master: 'br0' } }), qbr0, veth('qvb0', 'qvo0', { set })]);
    const { qvo0, ...before } = host.links.snapshot();
    const removed = await apply([absent('tap0'), absent('qbr0', 'bridge'), absent('qvb0', 'veth')]);
    expect(Object.keys(host.links.snapshot())).toEqual(['br0']);
    expect(await undo(removed)).toEqual([undefined, undefined, undefined]);
    expect(host.links.snapshot()).toMatchObject(before);
    expect(qvo0).toBeDefined();
    expect(host.links.snapshot().qvo0?.peer).toBe('qvb0');
  });

  it('restores nothing that was not removed', async () => {
    const { apply, changeFor, host, undo } = setUp([{ name: 'tap0', type: 'tap' }]);
    host.failAt(1);
    expect(await undo(await apply([absent('tap0')]))).toEqual([undefined]);
    const outcome = { error: new VifError('TIMEOUT', 'too late to tell') };
    const step = absent('tap0');
    expect(await undo([{ step, vifId: 'a', change: await changeFor(step), outcome }])).toEqual([undefined]);
    expect(Object.keys(host.links.snapshot())).toEqual(['tap0']);
  });

  it('does not restore a link in place of somebody else’s', async () => {
    const { apply, host, undo } = setUp();
    await apply([tap('tap0')]);
    const tasks = await apply([absent('tap0')]);
    host.links.kernel.put({ name: 'tap0', type: 'tap' });
    const [failure] = await undo(tasks);
    expect(failure?.message).toBe(
      'Link tap0 was removed, and is not restored: another program has made one of that name',
    );
  });

  it('removes what may have been made before it was called off', async () => {
    const { changeFor, host, undo } = setUp();
    const step = tap('tap0');
    const change = await changeFor(step);
    host.links.kernel.put({ name: 'tap0', type: 'tap' });
    const outcome = { error: new VifError('TIMEOUT', 'too late to tell') };
    await undo([{ step, vifId: 'a', change, outcome }]);
    expect(host.links.snapshot()).toEqual({});
  });
});
