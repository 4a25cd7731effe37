import { renderPlan } from '@vifkit/cli';
import { isVifError } from '@vifkit/core';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHost, memoryHost } from '@vifkit/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { drawGraph } from '../../packages/cli/src/plumbing/draw.js';
import { plumbingOf } from '../../packages/cli/src/plumbing/graph.js';
import acme from './acme-fifo.js';
import { tapId, tapRequest } from './tap-requests.js';

/** A `tc` of its own for the links of the memory host. */
let queues: Map<string, number>;
let host: MemoryHost;
let driver: VifDriver;

function tc([, , verb = '', ...words]: readonly string[]): string {
  const [link = '', limit] = [words[1], words.at(-1)];
  if (verb === 'replace') queues.set(link, Number(limit));
  if (verb === 'del') queues.delete(link);
  const there = [...queues].filter(([dev]) => dev in host.links.snapshot());
  return JSON.stringify(there.map(([dev, limit]) => ({ handle: 'acf1:', dev, options: { limit } })));
}

function ip(): string {
  const links = Object.entries(host.links.snapshot());
  return JSON.stringify(links.map(([ifname, { alias }]) => ({ ifname, ...(alias && { ifalias: alias }) })));
}

beforeEach(() => {
  queues = new Map();
  host = memoryHost({ commands: { tc: { stdout: tc }, ip: { stdout: ip } } });
  driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [acme] });
});

describe('a kind of step that a package brings', () => {
  it('is planned, plugged, checked and unplugged', async () => {
    const plan = await driver.plan(tapRequest(1));
    expect(plan.steps.map(({ step, writes }) => [step.kind, writes])).toEqual([
      ['link', true],
      ['acme:fifo', true],
      ['command', true],
    ]);
    expect(renderPlan(plan)).toMatch(/\+ queue tap1 {2}for 100 packets/);
    expect(queues).toEqual(new Map());

    const { changes } = await driver.plug(tapRequest(1));
    expect(changes).toMatchObject([
      { kind: 'link' },
      { kind: 'acme:fifo', name: 'tap1' },
      { kind: 'command' },
    ]);
    expect(queues).toEqual(new Map([['tap1', 100]]));
    expect((await driver.check(tapRequest(1))).differences).toEqual([]);
    expect((await driver.plug(tapRequest(1))).changes.map(({ kind }) => kind)).toEqual(['command']);

    queues.set('tap1', 7);
    expect((await driver.check(tapRequest(1))).differences).toEqual([
      { kind: 'acme:fifo', name: 'tap1', differences: [{ attribute: 'limit', expected: 100, actual: 7 }] },
    ]);
    await driver.unplug(tapRequest(1));
    expect(queues).toEqual(new Map());
    expect((await driver.unplug(tapRequest(1))).changes).toEqual([]);
  });

  it('is read once for many requests', async () => {
    const requests = Array.from({ length: 20 }, (_, n) => tapRequest(n));
    const results = await driver.plugAll(requests);
    expect(results.filter((each) => 'error' in each)).toEqual([]);
    expect(queues.size).toBe(20);
    const reads = host.commands.log.filter((argv) => argv.join(' ') === 'tc -json qdisc show');
    expect(reads).toHaveLength(1);
  });

  it('is undone where a later step fails', async () => {
    await driver.plug(tapRequest(1));
    host.commands.end('acmectl', { exitCode: 1, stderr: 'no' });
    const failure = await driver.plug(tapRequest(1, 9000)).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'PLUG_FAILED',
      cause: { code: 'COMMAND_FAILED' },
      undoFailures: [],
    });
    expect(queues).toEqual(new Map([['tap1', 100]]));
    await driver.plug(tapRequest(2)).catch((error: unknown) => expect(isVifError(error)).toBe(true));
    expect(queues).toEqual(new Map([['tap1', 100]]));
    expect(Object.keys(host.links.snapshot())).toEqual(['tap1']);
  });

  it('is undone where it fails itself, and only its own VIF is', async () => {
    host.failAt(({ what }) => what.startsWith('tc qdisc replace dev tap3'));
    const results = await driver.plugAll([tapRequest(3), tapRequest(4)]);
    expect(results).toMatchObject([{ error: { code: 'PLUG_FAILED' } }, { value: { vifId: tapId(4) } }]);
    expect(queues).toEqual(new Map([['tap4', 100]]));
  });

  it('is drawn beside its link', async () => {
    const draw = async () => {
      const { steps } = await driver.plan(tapRequest(1));
      const { device } = await driver.config(tapRequest(1));
      return drawGraph(plumbingOf(steps, device), (_, text) => text);
    };
    expect(await draw()).toMatch(/tap1 .*queue none \(should be for 100 packets\)/);
    await driver.plug(tapRequest(1));
    expect(await draw()).toMatch(/tap1 .*queue for 100 packets/);
  });

  it('is collected with what is left of its VIF', async () => {
    await driver.plugAll([tapRequest(1), tapRequest(2)]);
    const results = await driver.gc({ keep: [tapId(2)] });
    expect(results).toMatchObject([{ value: { id: tapId(1) } }]);
    const kinds = results
      .flatMap((each) => ('value' in each ? each.value.changes : []))
      .map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(['acme:fifoAbsent', 'linkAbsent']);
    expect(queues).toEqual(new Map([['tap2', 100]]));
  });

  it('is checked like ours', async () => {
    const bad = { ...acme, provides: [] };
    expect(bad.stepKinds?.[0]?.check({ kind: 'acme:fifo', link: 'tap0', limit: 0 }, '')).toEqual([
      "has a malformed 'limit' (0)",
    ]);
  });
});

describe('a package', () => {
  const guests = new LibvirtGuestConfigurator();
  const made = (plugins: (typeof acme)[]) => () => createVifDriver({ host: memoryHost(), guests, plugins });

  it('cannot take a kind that another has', () => {
    const other = { ...acme, name: '@other/plugin', provides: [] };
    expect(made([acme, other])).toThrow(expect.objectContaining({ code: 'PLUGIN_CONFLICT' }));
  });

  it('needs its name in front of the kind', () => {
    const [kind] = acme.stepKinds ?? [];
    const bare = { name: 'bare', provides: [], stepKinds: kind ? [{ ...kind, kind: 'fifo' }] : [] };
    expect(made([bare])).toThrow(expect.objectContaining({ code: 'PLUGIN_INVALID' }));
  });

  it('cannot bring what is no runner', () => {
    const odd = { name: 'odd', provides: [], runners: () => [{} as never] };
    expect(made([odd])).toThrow(expect.objectContaining({ code: 'PLUGIN_INVALID' }));
  });
});
