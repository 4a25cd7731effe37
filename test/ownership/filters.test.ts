import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver } from '@vifkit/engine';
import { NftFilterTable } from '@vifkit/host/parts';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it, vi } from 'vitest';
import { A, C, filtered, nameOf, ovs, tap } from './requests.js';

async function setUp() {
  const host = memoryHost({
    ovsBridges: ['br-int'],
    links: [{ name: 'br-lab', type: 'bridge', up: true }],
  });
  const plugins = await builtInPlugins();
  return { host, driver: createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins }) };
}

describe('the filter of a guest in memory', () => {
  it('is found by an unplug in another way, though the record of its VIF is lost', async () => {
    const { host, driver } = await setUp();
    await driver.plug(filtered(A, '192.0.2.1', 'tap17'));
    await host.records?.forget(A);
    host.links.kernel.put({ name: 'tap17', type: 'tap', tap: { multiQueue: false } });
    const { changes } = await driver.unplug(tap(A, 'tap17'));
    expect(changes.map(({ kind }) => kind)).toEqual(['linkAbsent', 'guestFilterAbsent']);
    expect(host.filters.snapshot()).toEqual({});
  });

  it('costs the unplug of another VIF no program', async () => {
    const { host, driver } = await setUp();
    await driver.plugAll([ovs(A, true), filtered(C, '192.0.2.1')]);
    const read = vi.spyOn(NftFilterTable.prototype, 'read');
    await driver.unplug(ovs(A, true));
    expect(read).not.toHaveBeenCalled();
    await driver.gc({ keep: [C] });
    expect(read).toHaveBeenCalled();
    expect(Object.keys(host.filters.snapshot())).toEqual([nameOf('tap', C)]);
  });

  it('breaks the path of a running guest whose VIF does not ask for it', async () => {
    const { host, driver } = await setUp();
    const { firewall: _, ...unfiltered } = filtered(C, '192.0.2.2', 'tap17');
    await driver.plug(filtered(A, '192.0.2.1', 'tap17'));
    const pathOf = async (request: Parameters<typeof driver.check>[0]) =>
      (await driver.check(request)).connection;
    expect(await pathOf(unfiltered)).toMatchObject({ state: 'waiting' });
    const running = { multiQueue: false, isOpen: true };
    host.links.kernel.put({ name: 'tap17', type: 'tap', up: true, master: 'br-lab', tap: running });
    const broken = await pathOf(unfiltered);
    expect(broken).toMatchObject({ state: 'broken' });
    const why = expect.stringContaining('a filter is applied to it');
    expect(broken?.legs).toContainEqual({ leg: 'guestLink', name: 'tap17', state: 'broken', why });
    expect(await pathOf(filtered(A, '192.0.2.1', 'tap17'))).not.toMatchObject({ state: 'broken' });
    await driver.unplug(filtered(A, '192.0.2.1', 'tap17'), { force: true });
    expect(await pathOf(unfiltered)).not.toMatchObject({ state: 'broken' });
  });
});
