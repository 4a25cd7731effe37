import type { VifDriver } from '@vifkit/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kernelSite } from './kernel-site.js';
import { A, tap } from './requests.js';
import type { Site } from './site.js';

describe('a tap without an owner, as os-vif or an earlier version made it', () => {
  let site: Site;
  let driver: VifDriver;
  beforeEach(async () => {
    site = await kernelSite();
    driver = await site.driver();
    await site.makeTap('tap17');
  });
  afterEach(() => site.close());

  async function whileOpen<T>(run: () => Promise<T>): Promise<T> {
    const close = await site.openTap('tap17');
    try {
      return await run();
    } finally {
      await close();
    }
  }

  it('is marked and left with its guest while that runs, and made anew once it is idle', async () => {
    await whileOpen(async () => {
      // Whether it is open shows once it is up.
      await site.setUp('tap17');
      await driver.plug(tap(A, 'tap17'));
      expect((await driver.check(tap(A, 'tap17'))).differences).toEqual([]);
      expect(await site.links()).toMatchObject({ tap17: { alias: `vifkit:${A}` } });
    });
    const { differences } = await driver.check(tap(A, 'tap17'));
    expect(differences).toMatchObject([
      { name: 'tap17', differences: [{ attribute: 'owner', expected: 0, actual: null }] },
    ]);
    await driver.plug(tap(A, 'tap17'));
    expect((await driver.check(tap(A, 'tap17'))).differences).toEqual([]);
  });

  it('is refused where its guest needs other queues', async () => {
    const request = {
      ...tap(A, 'tap17'),
      flavor: { vcpus: 4, extra_specs: {} },
      image: { properties: { hw_vif_multiqueue_enabled: 'true' } },
    };
    await whileOpen(async () => {
      await site.setUp('tap17');
      await expect(driver.plug(request)).rejects.toMatchObject({ cause: { code: 'LINK_MADE_OTHERWISE' } });
    });
  });
});
