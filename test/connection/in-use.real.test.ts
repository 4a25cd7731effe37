import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Mode, modes, tap } from './modes.js';
import { openSite, type Site } from './site.js';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterEach(() => site.clean());
afterAll(() => site.close());

it.each(['hybrid', 'direct', 'create_tap', 'tap', 'bridge'] as const)(
  'a VIF of which a guest has its tap open is not unplugged, unless that is forced: %s',
  async (name) => {
    const mode: Mode = modes[name];
    await mode.before?.(site);
    const driver = site.driver(mode.options);
    await driver.plug(mode.request());
    await mode.start(site);
    await expect(driver.unplug(mode.request())).rejects.toMatchObject({
      code: 'VIF_IN_USE',
      message: expect.stringMatching(new RegExp(`python3.* \\(process \\d+\\) has tap ${tap} open`)),
    });
    expect(await driver.check(mode.request())).toMatchObject({
      differences: [],
      connection: { state: 'sound' },
    });
    await driver.unplug(mode.request(), { force: true });
  },
);

it('a tap that is down is in use, too, while a guest has it open', async () => {
  const mode: Mode = modes.tap;
  const driver = site.driver();
  await driver.plug(mode.request());
  const stop = await site.openTap(tap);
  await site.ip(`link set dev ${tap} down`);
  await expect(driver.unplug(mode.request())).rejects.toMatchObject({ code: 'VIF_IN_USE' });
  await stop();
  expect((await driver.unplug(mode.request())).changes).toMatchObject([{ kind: 'linkAbsent', name: tap }]);
});

it('a VIF whose macvtap there is is not unplugged', async () => {
  const mode: Mode = modes.macvtap;
  await mode.before?.(site);
  const driver = site.driver();
  await driver.plug(mode.request());
  await mode.start(site);
  await expect(driver.unplug(mode.request())).rejects.toMatchObject({
    code: 'VIF_IN_USE',
    message: expect.stringContaining('macvtap macvtap0 with its MAC address is on up0'),
  });
  await site.ip('link delete dev macvtap0');
  expect((await driver.unplug(mode.request())).changes).toEqual([]);
});
