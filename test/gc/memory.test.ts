import { VifError } from '@vifkit/core';
import { createVifDriver } from '@vifkit/engine';
import { Deadline } from '@vifkit/engine/time';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { builtInPlugins } from '../../packages/cli/src/plugins/load-plugins.js';
import { filtered, hybrid, idOf, macvtap, perPort, tap, trunk, trusted } from './requests.js';

const vf = { pf: 'enp1', index: 0, netDevice: 'enp1v0' };
const options: MemoryHostOptions = {
  links: [{ name: 'eth0', up: true }, { name: 'enp1' }, { name: 'docker0', type: 'bridge' }],
  pci: { '0000:05:10.0': vf },
  vfs: { '0000:05:10.0': { mac: '02:00:00:00:00:99', vlan: 7, trust: false } },
};

async function start(more: MemoryHostOptions = {}, ovs: object = {}) {
  const host = memoryHost({ ...options, ...more });
  const plugins = await builtInPlugins();
  const guests = new LibvirtGuestConfigurator();
  return { host, driver: createVifDriver({ host, guests, plugins, options: { ovs } }) };
}

/** The kinds and names of what was removed, by VIF. */
function told(results: Awaited<ReturnType<Awaited<ReturnType<typeof start>>['driver']['gc']>>) {
  return Object.fromEntries(
    results.map((result) =>
      'error' in result
        ? [result.id, result.error.code]
        : [result.value.id, result.value.changes.map(({ kind, name }) => `${kind} ${name}`)],
    ),
  );
}

const ownBridge = perPort(1);

describe('gc', () => {
  it.each([
    ['a hybrid port', hybrid(1)],
    ['a bare tap', tap(1)],
    ['a bridge of its own', ownBridge],
    ['a trunk', trunk(1)],
    ['a virtual function', trusted(1)],
    ['a VLAN', macvtap(1, 40)],
    ['a filter', filtered(1)],
  ])('leaves nothing of %s whose VIF is not kept, and has nothing to do then', async (_, request) => {
    const { host, driver } = await start({}, { per_port_bridge: request === ownBridge });
    await driver.plugAll([hybrid(9), filtered(9)]); // they bring the bridges that VIFs share
    const before = host.snapshot();
    await driver.plug(request);
    const keep = [idOf(9)];
    const foreseen = await driver.gc({ keep, dryRun: true });
    expect(Object.keys(told(foreseen))).toEqual([idOf(1)]);
    expect(await driver.gc({ keep })).toEqual(foreseen);
    const { links, ...rest } = host.snapshot();
    const { links: linksBefore, ...restBefore } = before;
    expect(rest).toEqual(restBefore);
    // As an unplug does, it leaves links that it did not make as they were last set.
    expect(Object.keys(links)).toEqual(Object.keys(linksBefore));
    const writes = host.writes.length;
    expect(await driver.gc({ keep })).toEqual([]);
    expect(host.writes).toHaveLength(writes);
  });

  it('touches nothing of those kept, and writes nothing in a dry run', async () => {
    const { host, driver } = await start();
    await driver.plugAll([hybrid(1), tap(2), perPort(3), macvtap(4, 40), trusted(5), filtered(6)]);
    const keep = [1, 2, 3, 4, 5, 6].map((n) => idOf(n).toUpperCase());
    const [before, writes] = [host.snapshot(), host.writes.length];
    expect(await driver.gc({ keep })).toEqual([]);
    expect(Object.keys(told(await driver.gc({ keep: 'none', dryRun: true })))).toHaveLength(7);
    expect([host.snapshot(), host.writes.length]).toEqual([before, writes]);
  });

  it('forgets VIFs of which nothing but the record is left', async () => {
    const { host, driver } = await start();
    await driver.plugAll([macvtap(1), tap(2), tap(3)]);
    for (const name of ['tap2', 'tap3']) host.links.kernel.remove(name);
    const foreseen = await driver.gc({ keep: [idOf(3)], dryRun: true });
    expect(foreseen).toEqual(
      [1, 2].map((n) => ({ ok: true, value: { id: idOf(n), changes: [], isForgotten: true } })),
    );
    expect(await driver.gc({ keep: [idOf(3)] })).toEqual(foreseen);
    expect((await driver.list()).vifs.map(({ vifId }) => vifId)).toEqual([idOf(3)]);
    expect(await driver.gc({ keep: [idOf(3)] })).toEqual([]);
  });

  it('takes a user off what is shared, which goes with the last', async () => {
    const { host, driver } = await start();
    await driver.plugAll([macvtap(1, 40), macvtap(2, 40)]);
    await driver.gc({ keep: [idOf(2)] });
    expect(host.links.snapshot().vlan40?.users).toEqual([idOf(2)]);
    await driver.gc({ keep: [idOf(1)] });
    expect(host.links.snapshot().vlan40).toBeUndefined();
  });

  it('removes what VIFs shared once none is kept, and nothing uses it', async () => {
    const { host, driver } = await start({ ovsBridges: ['br-ex'] });
    const bare = Object.keys(host.snapshot().links);
    await driver.plugAll([hybrid(1), filtered(2)]);
    await driver.gc({ keep: [idOf(3)] });
    expect(Object.keys(host.snapshot().ovs.bridges)).toEqual(['br-ex', 'br-int']);
    expect(Object.keys(host.links.snapshot())).toContain('brq-routed');
    const foreseen = await driver.gc({ keep: 'none', dryRun: true });
    expect(told(foreseen)).toEqual({ null: ['ovsBridgeAbsent br-int'] });
    host.links.kernel.put({ name: 'veth-other', type: 'veth', master: 'brq-routed' });
    await driver.gc({ keep: 'none' });
    expect(Object.keys(host.links.snapshot()).sort()).toEqual([...bare, 'brq-routed', 'veth-other'].sort());
  });

  it('finishes what a killed call has left half done', async () => {
    const { host, driver } = await start();
    await driver.plugAll([hybrid(1), hybrid(2), hybrid(3)]);
    const veth = (number: number) => `qvo${idOf(number)}`.slice(0, 14);
    await host.links.write([{ op: 'delete', name: veth(1) }], new Deadline(5_000).signal); // a port without a link
    await host.ovs.commit(
      [{ kind: 'removePort', owner: idOf(2), name: veth(2), ifMarked: true }],
      new Deadline(5_000).signal,
    ); // a link without a port
    await driver.gc({ keep: [idOf(3)] });
    await driver.unplug(hybrid(3));
    expect(Object.keys(host.snapshot().links).sort()).toEqual(
      [...Object.keys((await start()).host.snapshot().links), 'br-int'].sort(),
    );
    expect(Object.keys(host.snapshot().ovs.ports)).toEqual(['br-int']);
  });

  it('does the rest where something fails, and that part the next time', async () => {
    const { host, driver } = await start();
    await driver.plugAll([hybrid(1), tap(2)]);
    host.failAt(({ what }) => what.includes('delete Port'), new VifError('OVSDB_ERROR', 'Not now'));
    expect(told(await driver.gc({ keep: [idOf(9)] }))).toEqual({
      [idOf(1)]: 'UNPLUG_FAILED',
      [idOf(2)]: ['linkAbsent tap2'],
    });
    host.heal();
    expect(told(await driver.gc({ keep: [idOf(9)] }))).toEqual({
      [idOf(1)]: [`ovsPortAbsent ${`qvo${idOf(1)}`.slice(0, 14)}`],
    });
  });

  it.each([
    ['an empty list', []],
    ['a word', ['all']],
    ['a request’s label', [idOf(1), 'port-1']],
  ])('refuses %s of VIFs to keep, and asks nothing of the host', async (_, keep) => {
    const { host, driver } = await start();
    await driver.plug(tap(1));
    const points = host.points.length;
    await expect(driver.gc({ keep })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect(host.points).toHaveLength(points);
  });

  it('is called off by its signal', async () => {
    const { host, driver } = await start();
    await driver.plug(tap(1));
    const abort = new AbortController();
    host.hangAt(
      ({ what }) => what.startsWith('delete'),
      () => abort.abort(),
    );
    expect(told(await driver.gc({ keep: 'none', signal: abort.signal }))).toEqual({
      [idOf(1)]: 'UNPLUG_FAILED',
    });
  });
});
