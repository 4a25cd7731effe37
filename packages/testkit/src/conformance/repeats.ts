import { expect, it } from 'vitest';
import { type Fixture, namesOn, writesSince } from './fixture.js';

/** Plug and unplug can be repeated, and an unplug undoes a plug. */
export function repeats(fixture: Fixture): void {
  const { request } = fixture;

  it('plugs, and a second plug has nothing to write', async () => {
    const { host, driver } = fixture.start();
    await driver.plug(request);
    const [plugged, count] = [host.snapshot(), host.writes.length];
    await driver.plug(request);
    expect(writesSince(host, count)).toEqual([]);
    expect(host.snapshot()).toEqual(plugged);
    expect((await driver.check(request)).differences).toEqual([]);
  });

  it('leaves nothing behind when it is unplugged, and a second unplug has nothing to write', async () => {
    const { host, driver } = await fixture.startPlugged();
    await driver.unplug(request);
    const left = namesOn(host).filter((name) => !fixture.mayStay.has(name));
    expect(left, 'what the unplug left behind').toEqual([]);
    const count = host.writes.length;
    await driver.unplug(request);
    expect(writesSince(host, count)).toEqual([]);
  });

  it('is plugged anew after an unplug', async () => {
    const { driver } = await fixture.startPlugged();
    await driver.unplug(request);
    await driver.plug(request);
    expect((await driver.check(request)).differences).toEqual([]);
  });

  it('can be unplugged without ever having been plugged', async () => {
    const { host, driver } = fixture.start();
    const before = host.snapshot();
    await driver.unplug(request);
    expect(writesSince(host, 0)).toEqual([]);
    expect(host.snapshot()).toEqual(before);
  });
}
