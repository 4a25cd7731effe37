import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type OpenVSwitch, requireOwnNetwork, startOpenVSwitch } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import vhostUser from '../src/index.js';
import { openVSwitch, port, request } from './request.js';

requireOwnNetwork();

const types = ['dpdkvhostuser', 'dpdkvhostuserclient'] as const;

let driver: VifDriver;

afterEach(() => driver.close());

function start(ovs: OpenVSwitch, port_type: 'dpdkvhostuser' | 'dpdkvhostuserclient'): VifDriver {
  driver = createVifDriver({
    host: openHost({ ovsdb: ovs.endpoint }),
    guests: new LibvirtGuestConfigurator(),
    plugins: [vhostUser],
    options: { vhostuser: { port_type } },
  });
  return driver;
}

describe('an Open vSwitch with DPDK', () => {
  let ovs: OpenVSwitch;
  const column = async (name: string) => (await ovs.vsctl('get', 'Interface', port, name)).trim();

  beforeAll(async () => {
    ovs = await startOpenVSwitch({ dpdk: true });
    await ovs.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
  });
  afterAll(() => ovs.stop());

  it.each(types)('opens ports of type %s, and lets go of them', async (port_type) => {
    start(ovs, port_type);
    // Beside Open vSwitch's own directory, where it makes its sockets.
    const vif = request({ ...openVSwitch, vhostuser_socket: join(ovs.directory, port) }, { mtu: 1450 });
    await driver.plug(vif);
    expect(await column('type')).toBe(port_type);
    expect(await column('error')).toBe('[]');
    expect(Number(await column('ofport'))).toBeGreaterThan(0);
    expect(existsSync(join(ovs.directory, port))).toBe(port_type === 'dpdkvhostuser');
    expect((await driver.plug(vif)).changes).toEqual([]);
    expect((await driver.check(vif)).differences).toEqual([]);

    await driver.unplug(vif);
    expect(await ovs.vsctl('list-ports', 'br-int')).toBe('');
  });
});

describe('an Open vSwitch without DPDK', () => {
  let ovs: OpenVSwitch;
  beforeAll(async () => {
    ovs = await startOpenVSwitch();
    await ovs.vsctl('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
  });
  afterAll(() => ovs.stop());

  it.each(types)(
    'refuses a port of type %s, which is then gone, and reports the remedy',
    async (port_type) => {
      const driver = start(ovs, port_type);
      await expect(driver.plug(request(openVSwitch))).rejects.toMatchObject({
        code: 'PLUG_FAILED',
        cause: {
          code: 'OVS_PORT_FAILED',
          message: expect.stringMatching(
            /install it \(openvswitch-switch-dpdk .*dpdk-init=true.* restart it$/,
          ),
        },
        undoFailures: [],
      });
      expect(await ovs.vsctl('list-ports', 'br-int')).toBe('');
    },
  );
});
