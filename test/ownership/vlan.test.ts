import { beforeEach, describe, expect, it } from 'vitest';
import { memorySite } from './memory-site.js';
import { A, C, inVlan, onBridge } from './requests.js';
import type { Site } from './site.js';

describe('a VLAN device that two networks want', () => {
  let site: Site;
  beforeEach(async () => {
    site = await memorySite();
    return () => site.close();
  });
  const [first, second] = [inVlan(A, 'brqA', 5), inVlan(C, 'brqC', 5)];
  const busy = { code: 'LINK_BUSY', message: expect.stringContaining('is a member of brqA') };

  it('stays in the bridge of the first, and the second is refused', async () => {
    const driver = await site.driver();
    await driver.plug(first);
    const before = await site.links();
    expect(before.vlan5).toMatchObject({ master: 'brqA' });
    await expect(driver.plug(second)).rejects.toMatchObject({ cause: busy, undoFailures: [] });
    expect(await site.links()).toEqual(before);
    const { steps } = await driver.plan(second);
    expect(steps.flatMap(({ blocked }) => blocked ?? [])).toMatchObject([busy]);
    expect((await driver.check(first)).differences).toEqual([]);
  });

  it('goes to the first of one call, too', async () => {
    const driver = await site.driver();
    const [one, other] = await driver.plugAll([first, second]);
    expect(one).toHaveProperty('value');
    expect(other).toMatchObject({ error: { cause: busy } });
    expect(Object.keys(await site.links()).sort()).toEqual(['brqA', 'vlan5']);
    expect((await driver.check(first)).differences).toEqual([]);
  });

  it('stays with its bridge while that has another member', async () => {
    const driver = await site.driver();
    await driver.plug(first);
    await site.makeTap('tap17');
    await driver.plug(onBridge(C, 'brqA', {}, 'tap17')); // joins the tap to the bridge
    expect(await driver.gc({ keep: 'none' })).toEqual([forgotten(A), forgotten(C)]);
    expect(Object.keys(await site.links()).sort()).toEqual(['brqA', 'tap17', 'vlan5']);
  });

  it('is removed with its bridge by gc', async () => {
    const driver = await site.driver();
    await driver.plug(first);
    await driver.unplug(first);
    const foreseen = await driver.gc({ keep: 'none', dryRun: true });
    expect(await driver.gc({ keep: 'none' })).toEqual(foreseen);
    expect(await site.links()).toEqual({});
  });

  it('stays with its bridge while that has an address', async () => {
    const driver = await site.driver();
    await driver.plug(first);
    await site.giveAddress('brqA', '192.0.2.7/24');
    expect(await driver.gc({ keep: 'none' })).toEqual([forgotten(A)]);
    expect(Object.keys(await site.links()).sort()).toEqual(['brqA', 'vlan5']);
  });

  it('is used by further VIFs of its network', async () => {
    const driver = await site.driver();
    await driver.plug(first);
    expect((await driver.plug(inVlan(C, 'brqA', 5))).changes).toEqual([]);
  });
});

/** What gc says of a VIF of which only the record is left: what it shares with others is not its own. */
function forgotten(id: string) {
  return { ok: true, value: { id, changes: [], isForgotten: true } };
}
