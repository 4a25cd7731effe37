import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
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
    const before = host.points.length;
    await driver.unplug(ovs(A, true));
    expect(host.points.slice(before).filter(({ part }) => part === 'filters')).toEqual([]);
    expect(Object.keys(host.filters.snapshot())).toEqual([nameOf('tap', C)]);
  });

  it('breaks the path of a running guest whose VIF does not ask for it', async () => {
    const { host, driver } = await setUp();
    const { firewall: _, ...unfiltered } = filtered(C, '192.0.2.2', 'tap17');
    await driver.plug(filtered(A, '192.0.2.1', 'tap17'));
    const check = async () => (await driver.check(unfiltered)).connection;
    expect((await check()).state).toBe('waiting');
    const running = { multiQueue: false, isOpen: true };
    host.links.kernel.put({ name: 'tap17', type: 'tap', up: true, master: 'br-lab', tap: running });
    const { state, legs } = await check();
    expect(state).toBe('broken');
    expect(legs).toContainEqual({
      leg: 'guestLink',
      name: 'tap17',
      state: 'broken',
      why: expect.stringContaining('a filter is applied to it'),
    });
    expect((await driver.check(filtered(A, '192.0.2.1', 'tap17'))).connection.state).toBe('sound');
    await driver.unplug(filtered(A, '192.0.2.1', 'tap17'), { force: true });
    expect((await check()).state).toBe('sound');
  });
});
