import { describe, expect, it } from 'vitest';
import { address, id, instance, openVSwitch, port, request, socket } from './request.js';
import { start } from './start.js';

describe('a VIF on Open vSwitch with DPDK', () => {
  it('is a port named after its socket', async () => {
    const { host, driver } = start();
    await driver.plug(request(openVSwitch, { mtu: 1450 }));
    expect(host.ovs.snapshot().ports[port]).toMatchObject({
      bridge: 'br-int',
      interface: {
        type: 'dpdkvhostuser',
        mtuRequest: 1450,
        externalIds: {
          'iface-id': id,
          'iface-status': 'active',
          'attached-mac': address,
          'vm-uuid': instance.uuid,
        },
      },
    });
    expect(host.links.snapshot()).not.toHaveProperty(port);
  });

  it('gets the socket at which Open vSwitch should connect to it', async () => {
    const { host, driver } = start({}, { port_type: 'dpdkvhostuserclient' });
    await driver.plug(request(openVSwitch));
    expect(host.ovs.snapshot().ports[port]?.interface).toMatchObject({
      type: 'dpdkvhostuserclient',
      options: { 'vhost-server-path': socket },
    });
  });

  it('is settled as its request says, and settled anew', async () => {
    const { host, driver } = start();
    const settled = () => host.ovs.snapshot().ports[port];
    await driver.plug(request({ ...openVSwitch, vlan: 5, trunk_vlans: [10] }));
    expect(settled()).toMatchObject({ tag: 5, trunks: [10] });
    await driver.plug(request({ ...openVSwitch, vlan: 6 }));
    expect(settled()).toMatchObject({ tag: 6 });
    await driver.plug(request(openVSwitch));
    expect(settled()).toMatchObject({ tag: 6 }); // without a word of it, it is somebody else's
  });

  it('leaves no port', async () => {
    const { host, driver } = start();
    await driver.plug(request(openVSwitch));
    await driver.unplug(request(openVSwitch));
    expect(host.ovs.snapshot().ports).not.toHaveProperty(port);
  });

  it('needs the bridge, which it does not make', async () => {
    const { host, driver } = start({ ovsBridges: [] });
    await expect(driver.plug(request(openVSwitch))).rejects.toMatchObject({
      cause: { code: 'OVS_BRIDGE_NOT_FOUND' },
    });
    expect(host.ovs.snapshot().bridges).toEqual({});
  });

  it('needs a socket whose name a port can have', async () => {
    const details = { ...openVSwitch, vhostuser_socket: '/run/a socket' };
    await expect(start().driver.plug(request(details))).rejects.toMatchObject({
      code: 'INVALID_VIF',
      message: /^The file name of vif\.details\.vhostuser_socket must be a link name/,
    });
  });

  it('has no other type of port', () => {
    expect(() => start({}, { port_type: 'tap' })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS' }),
    );
  });
});
