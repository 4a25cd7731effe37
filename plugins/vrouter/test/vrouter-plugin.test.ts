import { VIFGeneric, VIFHostDevice, VIFVHostUser } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import vrouter from '../src/index.js';
import { name, request } from './request.js';

const start = () => {
  const host = memoryHost();
  return {
    host,
    driver: createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [vrouter] }),
  };
};

function current(vnic_type = 'normal') {
  const { vif, instance } = request({ subnets: [['10.0.0.5'], ['fd00::5']] });
  const profile = { pci_slot: '0000:3f:0e.4' };
  const details = { vhostuser_socket: '/run/vrouter/uvh', vhostuser_mode: 'server' };
  return { routing: 'current', vif: { ...vif, vnic_type, profile, details }, instance };
}

const representor = { representor_name: name, representor_address: '0000:3f:0e.4' };

describe("a VIF of type vrouter, by the rules of today's Nova", () => {
  it.each([
    ['normal', VIFGeneric, { vif_name: name }],
    [
      'direct',
      VIFHostDevice,
      { dev_address: '0000:3f:0e.4', port_profile: { datapath_offload: representor } },
    ],
    [
      'virtio-forwarder',
      VIFVHostUser,
      { path: '/run/vrouter/uvh', mode: 'server', port_profile: { datapath_offload: representor } },
    ],
  ])('is converted by its vNIC type %s', (vnicType, type, fields) => {
    const object = start().driver.convert(current(vnicType));
    expect(object).toBeInstanceOf(type);
    expect(object).toMatchObject({ plugin: 'vrouter', ...fields });
  });

  it('is refused for another vNIC type', () => {
    expect(() => start().driver.convert(current('baremetal'))).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_VIF', message: expect.stringContaining('baremetal') }),
    );
  });

  it('is plugged and unplugged as by those of Nova 14', async () => {
    const states = await Promise.all(
      ['newton', 'current'].map(async (routing) => {
        const { host, driver } = start();
        const given = { ...current(), routing };
        const { steps } = await driver.plan(given);
        await driver.plug(given);
        await driver.unplug(given);
        return { steps, links: host.links.snapshot(), commands: host.commands.log };
      }),
    );
    expect(states[1]).toEqual(states[0]);
    expect(states[1]?.commands).toHaveLength(2);
  });

  it.each(['direct', 'virtio-forwarder'])('is not plugged where it is no tap: %s', async (vnicType) => {
    const { host, driver } = start();
    await expect(driver.plug(current(vnicType))).rejects.toMatchObject({ code: 'UNSUPPORTED_VIF' });
    expect(host.writes).toEqual([]);
  });
});
