import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import {
  listLinks,
  makeVendorTools,
  type OpenVSwitch,
  requireOwnNetwork,
  startOpenVSwitch,
  type VendorTools,
} from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import vhostUser from '../src/index.js';
import {
  device,
  fastPath,
  fastPathHybrid,
  fastPathOnOvs,
  qbr,
  qvb,
  qvo,
  request,
  socket,
} from './request.js';

requireOwnNetwork();

const add = ['fp-vdev', 'add', device, '--sockpath', socket, '--sockmode', 'client'];
const del = ['fp-vdev', 'del', device];

/** What 6WIND's tool does, as far as others can tell. */
const works = 'case $1 in add) ip tuntap add dev "$2" mode tap;; del) ip link delete dev "$2";; esac';

describe('fp-vdev, the kernel and Open vSwitch', () => {
  let ovs: OpenVSwitch;
  let tools: VendorTools;
  let before: string[];
  let driver: VifDriver;
  const ports = async () => (await ovs.vsctl('list-ports', 'br-int')).split('\n').filter(Boolean);

  beforeAll(async () => {
    ovs = await startOpenVSwitch();
    await ovs.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
    await vi.waitUntil(() => listLinks().includes('br-int'));
    tools = await makeVendorTools();
    before = listLinks();
  });
  afterAll(async () => {
    await tools.close();
    await ovs.stop();
  });
  beforeEach(async () => {
    await tools.put('fp-vdev', works);
    await tools.forget();
    const host = openHost({ ovsdb: ovs.endpoint });
    driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [vhostUser] });
  });
  afterEach(() => driver.close());

  it.each([
    ['alone', request(fastPath), [device], []],
    ['on Open vSwitch', request(fastPathOnOvs, { mtu: 1400 }), [device], [device]],
    ['hybrid', request(fastPathHybrid), [device, qbr, qvb, qvo], [qvo]],
  ])(
    '%s: the device is made, plugged, left by a second plug, and removed',
    async (_, vif, links, portNames) => {
      await driver.plug(vif);
      expect(listLinks()).toEqual([...before, ...links].sort());
      expect(await ports()).toEqual(portNames);
      expect((await driver.plug(vif)).changes).toEqual([]);
      expect(await tools.calls()).toEqual([add]);
      await driver.unplug(vif);
      expect(await tools.calls()).toEqual([add, del]);
      expect(await ports()).toEqual([]);
      expect(listLinks()).toEqual(before);
      expect((await driver.unplug(vif)).changes).toEqual([]);
    },
  );

  describe.each([
    ['alone', request(fastPath)],
    ['on Open vSwitch', request(fastPathOnOvs)],
    ['hybrid', request(fastPathHybrid)],
  ])('%s: a plug leaves nothing', (_, vif) => {
    afterEach(async () => {
      expect(listLinks()).toEqual(before);
      expect(await ports()).toEqual([]);
    });

    it('when the tool fails', async () => {
      await tools.put('fp-vdev', 'echo "no fast path" >&2; exit 7');
      await expect(driver.plug(vif)).rejects.toMatchObject({
        cause: { code: 'COMMAND_FAILED', message: 'fp-vdev failed with status 7: no fast path' },
        undoFailures: [],
      });
      expect(await tools.calls()).toEqual([add, del]); // it may have done half of it
    });

    it('when the tool is missing, and reports where it comes from', async () => {
      await tools.remove('fp-vdev');
      await expect(driver.plug(vif)).rejects.toMatchObject({
        cause: { code: 'COMMAND_NOT_FOUND', message: expect.stringContaining('6WIND') },
      });
    });

    it('when the tool hangs: what it may have done is taken back', async () => {
      await tools.put('fp-vdev', `${works}\n[ "$1" = del ] || exec sleep 60`);
      const caller = new AbortController();
      const failure = expect(driver.plug(vif, { signal: caller.signal })).rejects.toMatchObject({
        cause: { code: 'ABORTED' },
        undoFailures: [],
      });
      await vi.waitFor(async () => expect(await tools.calls()).toEqual([add]), { timeout: 20_000 });
      caller.abort();
      await failure;
      expect(await tools.calls()).toEqual([add, del]);
    });
  });

  it('a plug that Open vSwitch refuses leaves no device', async () => {
    const vif = request(fastPathOnOvs);
    const elsewhere = { ...vif, vif: { ...vif.vif, network: { bridge: 'br-none' } } };
    await expect(driver.plug(elsewhere)).rejects.toMatchObject({ cause: { code: 'OVS_BRIDGE_NOT_FOUND' } });
    expect(await tools.calls()).toEqual([add, del]);
    expect(listLinks()).toEqual(before);
  });
});
