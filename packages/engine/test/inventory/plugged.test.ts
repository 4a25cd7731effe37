import { setTimeout as waitFor } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { HostChange } from '../../src/inventory/changes.js';
import type { Thing, VifRecord } from '../../src/run/inventory.js';
import { Deadline } from '../../src/time/deadline.js';
import { benchWith } from '../driver/support/bench.js';
import { GenericConverter, Taps } from '../driver/support/plugins.js';
import { instance, modelVif, objectRequest, vifId } from '../driver/support/requests.js';

const plugins = [Taps, GenericConverter];

describe('what is plugged', () => {
  it('is reported with what was recorded of its plug', async () => {
    const { driver } = benchWith(plugins);
    const request = { vif: modelVif(1, 'generic'), instance };
    await driver.plug(request);
    const { vifs, failures } = await driver.list();
    expect(failures).toEqual([]);
    expect(vifs).toEqual([
      {
        vifId: vifId(1),
        path: 'os-vif',
        plugin: 'taps',
        type: 'generic',
        instance: instance.uuid,
        mac: request.vif.address,
        device: 'tap1',
        since: expect.stringMatching(/^\d{4}-.*Z$/),
        changed: expect.stringMatching(/^\d{4}-.*Z$/),
        things: [expect.objectContaining({ kind: 'link', name: 'tap1', vifIds: [vifId(1)] })],
        request: { ...request, routing: 'newton' },
      },
    ]);
  });

  it('is reported for VIFs by their marks alone, where nothing was recorded', async () => {
    const { host, driver } = benchWith(plugins);
    await driver.plug(objectRequest(1));
    await host.records?.forget(vifId(1));
    const { vifs } = await driver.list();
    expect(vifs).toMatchObject([{ vifId: vifId(1), device: 'tap1' }]);
    expect(vifs[0]).not.toHaveProperty('since');
  });

  it('is reported for a VIF all of whose links are gone', async () => {
    const { host, driver } = benchWith(plugins);
    await driver.plug(objectRequest(1));
    host.links.kernel.links.delete('tap1');
    expect((await driver.list()).vifs).toMatchObject([{ vifId: vifId(1), things: [] }]);
  });

  it('has been so since its first plug, and is reported no more after its unplug', async () => {
    const { driver } = benchWith(plugins);
    await driver.plug(objectRequest(1));
    const [first] = (await driver.list()).vifs;
    await driver.plug(objectRequest(1));
    expect((await driver.list()).vifs[0]?.since).toBe(first?.since);
    await driver.unplug(objectRequest(1));
    expect((await driver.list()).vifs).toEqual([]);
  });

  it('has changed with the latest plug that wrote something', async () => {
    const { host, driver } = benchWith(plugins);
    const changed = async () => Date.parse((await driver.list()).vifs[0]?.changed ?? '');
    await driver.plug(objectRequest(1));
    const first = await changed();
    await waitFor(2);
    await driver.plug(objectRequest(1));
    expect(await changed()).toBe(first);
    host.links.kernel.links.delete('tap1');
    await driver.plug(objectRequest(1));
    expect(await changed()).toBeGreaterThan(first);
  });

  it('is kept by whom the latest plug has named', async () => {
    const { driver } = benchWith(plugins);
    const keeper = async () => (await driver.list()).vifs[0]?.managedBy;
    await driver.plug(objectRequest(1), { managedBy: 'an agent' });
    expect(await keeper()).toBe('an agent');
    await driver.plug(objectRequest(1));
    expect(await keeper()).toBeUndefined();
  });

  it('is not reported for a VIF whose plug failed', async () => {
    const { host, driver } = benchWith(plugins);
    host.failAt(1);
    await expect(driver.plug(objectRequest(1))).rejects.toMatchObject({ code: 'PLUG_FAILED' });
    expect((await driver.list()).vifs).toEqual([]);
  });
});

describe("OVN's time to install the flows of a port", () => {
  const changed = '2026-01-02T03:04:05.000Z';
  const installed = (seconds: number): Thing => ({
    ...{ kind: 'ovsPort', name: 'tap1', vifIds: [vifId(1)], below: [], attributes: {} },
    flowsInstalled: Date.parse(changed) + 1_000 * seconds,
  });
  const link: Thing = { kind: 'link', name: 'tap1', vifIds: [vifId(1)], below: [], attributes: {} };
  const record = { vifId: vifId(1), since: changed, path: 'legacy', plugin: 'ovs', request: {} } as const;

  async function secondsFor(things: readonly Thing[], plugged: VifRecord): Promise<number | undefined> {
    const { host, driver } = benchWith(plugins);
    Object.assign(host.inventory ?? {}, { read: async () => ({ things, failures: [] }) });
    await host.records?.put(plugged);
    return (await driver.list()).vifs[0]?.ovnInstallSeconds;
  }

  it('is reported from the plug that made port and link', async () => {
    expect(await secondsFor([installed(1.25), link], { ...record, changed })).toBe(1.25);
  });

  it.each([
    ["whose link is the guest's, which OVN has waited for", [installed(1)], { ...record, changed }],
    ['that was there before the first plug', [installed(1), link], record],
    ['that a later plug has changed otherwise', [installed(-1), link], { ...record, changed }],
  ])('is not reported for a port %s', async (_, things, plugged) => {
    expect(await secondsFor(things, plugged)).toBeUndefined();
  });
});

describe('an unplug by id', () => {
  it('goes as the VIF was plugged', async () => {
    const { host, driver } = benchWith(plugins);
    await driver.plug(objectRequest(1));
    expect(await driver.unplugById([vifId(1)])).toMatchObject([
      { value: { plugin: 'taps', changes: [{ kind: 'linkAbsent', name: 'tap1' }] } },
    ]);
    expect(host.links.snapshot()).toEqual({});
  });

  it('goes by the marks, where nothing was recorded', async () => {
    const { host, driver } = benchWith(plugins);
    await driver.plug(objectRequest(1));
    await host.records?.forget(vifId(1));
    expect(await driver.unplugById([vifId(1).toUpperCase()])).toMatchObject([
      { value: { changes: [{ kind: 'linkAbsent', name: 'tap1' }] } },
    ]);
    expect(host.links.snapshot()).toEqual({});
  });

  it('of a VIF of which there is nothing changes nothing, and is reported like any other', async () => {
    const { driver } = benchWith(plugins);
    const told: unknown[] = [];
    const results = await driver.unplugById([vifId(1)], { onResult: (result) => void told.push(result) });
    expect(results).toMatchObject([{ value: { id: vifId(1), changes: [] } }]);
    expect(told).toEqual(results);
  });

  it('takes any list of ids', async () => {
    const { driver } = benchWith(plugins);
    const ids = new Set([vifId(1), vifId(2)]);
    expect(await driver.unplugById(ids)).toMatchObject([
      { value: { id: vifId(1) } },
      { value: { id: vifId(2) } },
    ]);
    expect(await driver.unplugById(ids.values())).toHaveLength(2);
    expect(await driver.unplugById([])).toEqual([]);
  });

  it('takes nothing but ids', async () => {
    const { driver } = benchWith(plugins);
    for (const given of [undefined, null, vifId(1), 5, {}, [undefined], new Set(['tap1'])]) {
      await expect(driver.unplugById(given as never), String(given)).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
      });
    }
    await expect(driver.unplugById(['tap1'])).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });
});

describe('a watch', () => {
  it.each([undefined, null, {}, { signal: 5 }, { signal: new AbortController().signal, since: 7 }])(
    'is refused with the options %o',
    async (options) => {
      const watching = benchWith(plugins)
        .driver.watch(options as never)
        [Symbol.asyncIterator]();
      await expect(watching.next()).rejects.toMatchObject({ code: 'INVALID_OPTIONS' });
    },
  );

  it('reports plugs, unplugs and what is changed in between, until its signal fires', async () => {
    const { host, driver } = benchWith(plugins);
    const stop = new AbortController();
    const deadline = new Deadline(10_000, stop.signal);
    const seen: HostChange[] = [];
    const next = new Map<number, () => void>();
    const told = (count: number) =>
      new Promise<void>((resolve) => {
        if (seen.length >= count) resolve();
        else next.set(count, resolve);
      });
    const watching = (async () => {
      for await (const change of driver.watch({ signal: deadline.signal })) {
        if (change.kind === 'link') next.get(seen.push(change))?.();
      }
    })();
    await import('../../src/inventory/watch.js'); // the driver loads it when it is first asked to watch
    await new Promise((resolve) => setImmediate(resolve));
    await driver.plug(objectRequest(1));
    await told(1);
    const [signal] = [deadline.signal];
    await host.links.write([{ op: 'set', name: 'tap1', attributes: { up: false } }], signal);
    await told(2);
    await driver.unplug(objectRequest(1));
    await told(3);
    stop.abort();
    await watching;
    deadline.end();
    const link = { kind: 'link', name: 'tap1', vifIds: [vifId(1)], at: expect.any(Date) };
    expect(seen).toMatchObject([
      { ...link, changes: [{ attribute: 'exists', before: false, after: true }] },
      { ...link, changes: expect.arrayContaining([{ attribute: 'up', before: true, after: false }]) },
      { ...link, changes: [{ attribute: 'exists', before: true, after: false }] },
    ]);
  });
});
