import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { listLinks, makeVendorTools, requireOwnNetwork, type VendorTools } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import ivs from '../src/index.js';
import { hybrid, qbr, qvb, qvo, request, tap } from './request.js';

requireOwnNetwork();

const add = (name: string) => ['ivs-ctl', 'add-port', name];
const del = (name: string) => ['ivs-ctl', 'del-port', name];

describe('ivs-ctl and the kernel', () => {
  let tools: VendorTools;
  let before: string[];
  let driver: VifDriver;

  beforeAll(async () => {
    tools = await makeVendorTools();
    before = listLinks();
  });
  afterAll(() => tools.close());
  beforeEach(async () => {
    await tools.put('ivs-ctl');
    await tools.forget();
    driver = createVifDriver({ host: openHost(), guests: new LibvirtGuestConfigurator(), plugins: [ivs] });
  });
  afterEach(() => driver.close());

  it.each([
    ['direct', request(), [tap], tap],
    ['hybrid', request(hybrid, { mtu: 1450 }), [qbr, qvb, qvo], qvo],
  ])(
    '%s: the port is added once its link is there, and removed before that goes',
    async (_, vif, links, port) => {
      await tools.put('ivs-ctl', 'ip link show dev "$2" >/dev/null || exit 9');
      await driver.plug(vif);
      expect(listLinks()).toEqual([...before, ...links].sort());
      await driver.unplug(vif);
      expect(listLinks()).toEqual(before);
      expect(await tools.calls()).toEqual([add(port), del(port)]);
    },
  );

  it('a hybrid port is not added twice', async () => {
    await driver.plug(request(hybrid));
    expect((await driver.plug(request(hybrid))).changes).toEqual([]);
    expect(await tools.calls()).toEqual([add(qvo)]);
    await driver.unplug(request(hybrid));
  });

  describe.each([
    ['direct', request(), tap],
    ['hybrid', request(hybrid), qvo],
  ])('%s: a plug leaves nothing', (_, vif, port) => {
    it('when the tool fails', async () => {
      await tools.put('ivs-ctl', 'echo "no such switch" >&2; exit 2');
      await expect(driver.plug(vif)).rejects.toMatchObject({
        code: 'PLUG_FAILED',
        cause: { code: 'COMMAND_FAILED', message: 'ivs-ctl failed with status 2: no such switch' },
        undoFailures: [],
      });
      expect(await tools.calls()).toEqual([add(port), del(port)]); // it may have done half of it
      expect(listLinks()).toEqual(before);
    });

    it('when the tool is missing, and reports where it comes from', async () => {
      await tools.remove('ivs-ctl');
      await expect(driver.plug(vif)).rejects.toMatchObject({
        cause: { code: 'COMMAND_NOT_FOUND', message: expect.stringContaining('Indigo Virtual Switch') },
      });
      expect(listLinks()).toEqual(before);
    });

    it('when the tool hangs: what it may have done is taken back', async () => {
      await tools.put('ivs-ctl', '[ "$1" = del-port ] || exec sleep 60');
      const caller = new AbortController();
      const failure = expect(driver.plug(vif, { signal: caller.signal })).rejects.toMatchObject({
        cause: { code: 'ABORTED' },
        undoFailures: [],
      });
      await vi.waitFor(async () => expect(await tools.calls()).toEqual([add(port)]), { timeout: 20_000 });
      caller.abort();
      await failure;
      expect(await tools.calls()).toEqual([add(port), del(port)]);
      expect(listLinks()).toEqual(before);
    });
  });
});
