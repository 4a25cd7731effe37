import {
  VIFPortProfileFPBridge,
  VIFPortProfileFPOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  VIFVHostUser,
} from '@vifkit/core/os-vif';
import { describe, expect, it } from 'vitest';
import {
  device,
  fastPath,
  fastPathHybrid,
  fastPathOnOvs,
  id,
  openVSwitch,
  port,
  qbr,
  request,
  socket,
} from './request.js';
import { start } from './start.js';

const { driver } = start();
const objectOf = (details: object) => driver.convert({ ...request(details), routing: 'current' });
const own = { path: socket, mode: 'server', vif_name: device };

describe("VIF type vhostuser by the rules of today's Nova", () => {
  it.each([
    ['nobody of ours', {}, 'noop'],
    ['the vRouter of Contrail', { vhostuser_vrouter_plug: true }, 'contrail_vrouter'],
  ])('is the socket alone where it is that of %s', (_, details, plugin) => {
    const object = objectOf(details);
    expect(object).toBeInstanceOf(VIFVHostUser);
    expect(object).toMatchObject({ ...own, plugin });
    expect(object).not.toHaveProperty('port_profile');
  });

  it("is a port of Open vSwitch, named as Neutron's agent names it", () => {
    const object = objectOf({ ...openVSwitch, datapath_type: 'netdev', vhostuser_mode: 'client' });
    expect(object).toMatchObject({ plugin: 'ovs', vif_name: port, path: socket, mode: 'client' });
    expect(object?.port_profile).toEqual(
      new VIFPortProfileOpenVSwitch({ interface_id: id, datapath_type: 'netdev' }),
    );
  });

  it.each([
    ['a bridge', fastPath, new VIFPortProfileFPBridge({ bridge_name: 'br-int' })],
    [
      'Open vSwitch',
      fastPathOnOvs,
      new VIFPortProfileFPOpenVSwitch({
        interface_id: id,
        datapath_type: null,
        bridge_name: 'br-int',
        hybrid_plug: false,
      }),
    ],
    [
      'a bridge before Open vSwitch',
      fastPathHybrid,
      new VIFPortProfileFPOpenVSwitch({
        interface_id: id,
        datapath_type: null,
        bridge_name: qbr,
        hybrid_plug: true,
      }),
    ],
  ])("is a device of the fast path's on %s", (_, details, profile) => {
    const object = objectOf(details);
    expect(object).toMatchObject({ ...own, plugin: 'vhostuser_fp' });
    expect(object?.port_profile).toEqual(profile);
  });

  it('needs a socket', () => {
    const { vif, instance } = request();
    expect(() => driver.convert({ vif: { ...vif, details: {} }, instance, routing: 'current' })).toThrow(
      expect.objectContaining({ code: 'INVALID_VIF', message: expect.stringContaining('vhostuser_socket') }),
    );
  });
});
