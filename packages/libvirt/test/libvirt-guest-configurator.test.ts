import type { DeviceBackend } from '@vifkit/core/nova';
import { VIFBridge, VIFHostDevice } from '@vifkit/core/os-vif';
import { describe, expect, it } from 'vitest';
import { HostdevConfig, InterfaceConfig, LibvirtGuestConfigurator } from '../src/index.js';
import { guestContext } from './support/contexts.js';

const guests = new LibvirtGuestConfigurator();
const id = '0d9c1d8e-5f2b-4a53-8a3e-0b3f5d6a7c81';
const mac = 'fa:16:3e:00:00:01';

const limited = guestContext({ flavor: { extra_specs: { 'quota:vif_inbound_average': '100' } } });
const impossible = guestContext({ host: { virt_type: 'uml' }, image: { hw_vif_model: 'virtio' } });

describe('forBackend', () => {
  it('puts both sides of an interface together', () => {
    const device = guests.forBackend({ type: 'ethernet', target: 'tap0', bandwidth: true }, mac, limited);
    expect(device).toBeInstanceOf(InterfaceConfig);
    expect(device).toMatchObject({
      settings: {
        mac,
        model: 'virtio',
        source: { type: 'ethernet' },
        target: 'tap0',
        bandwidth: { inbound: { average: '100' } },
      },
    });
  });

  it('limits the bandwidth only where the driver says so', () => {
    const device = guests.forBackend({ type: 'ethernet', target: 'tap0', bandwidth: false }, mac, limited);
    expect(device.toXml()).not.toContain('bandwidth');
  });

  it('refuses a card that the host cannot emulate', () => {
    expect(() =>
      guests.forBackend({ type: 'ethernet', target: 'tap0', bandwidth: false }, mac, impossible),
    ).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_MODEL' }));
  });

  it('gives a PCI device as it is, whatever card the guest asks for', () => {
    const device = guests.forBackend({ type: 'pci', pciAddress: '0000:3f:0e.4' }, mac, impossible);
    expect(device).toBeInstanceOf(HostdevConfig);
  });

  it('refuses a name that libvirt would not keep, unless it only opens the link', () => {
    const link = { bandwidth: false, target: 'vnet3' } as const;
    const others: DeviceBackend = { type: 'ethernet', managed: false, ...link };
    const backends: readonly DeviceBackend[] = [
      { type: 'bridge', bridge: 'br0', ...link },
      { type: 'ethernet', ...link },
      { type: 'direct', source: 'eth0', mode: 'bridge', ...link },
    ];
    for (const backend of backends) {
      expect(() => guests.forBackend(backend, mac, limited), backend.type).toThrow(
        /"vnet3": libvirt takes names/,
      );
    }
    expect(guests.forBackend(others, mac, limited).toXml()).toContain('<target dev="vnet3" managed="no"/>');
    const old = guestContext({ host: { libvirt_version: [5, 6, 0] } });
    expect(() => guests.forBackend(others, mac, old)).toThrow(/"vnet3"/);
    const socket = { type: 'vhostuser', path: '/run/vhu', mode: 'server', ...link } as const;
    expect(guests.forBackend(socket, mac, limited).toXml()).toContain('<target dev="vnet3"/>');
  });

  it('refuses what XML cannot hold before it is asked for XML', () => {
    const backend = { type: 'ethernet', target: 'tap0\n', bandwidth: false } as const;
    expect(() => guests.forBackend(backend, mac, limited)).toThrow(
      expect.objectContaining({ code: 'INVALID_VIF' }),
    );
  });
});

describe('by the rules of one Nova or another', () => {
  const xmlOf = (backend: DeviceBackend, given: Parameters<typeof guestContext>[0]) =>
    guests.forBackend(backend, mac, guestContext(given)).toXml();
  const tap = { type: 'ethernet', target: 'tap0', mtu: 1450, bandwidth: false } as const;
  const socket = { type: 'vhostuser', path: '/run/vhu', mode: 'server', bandwidth: false } as const;
  const macvtap = { type: 'direct', source: 'eth0', mode: 'passthrough', vlan: 7, bandwidth: true } as const;
  const image = { hw_vif_multiqueue_enabled: 'true' };

  it("the guest gets the MTU by the rules of today's Nova, from libvirt 3.1 on", () => {
    expect(xmlOf(tap, { routing: 'newton' })).not.toContain('mtu');
    expect(xmlOf(tap, { routing: 'current' })).toContain('<mtu size="1450"/>');
    const old = { libvirt_version: [3, 0, 9] } as const;
    expect(xmlOf(tap, { routing: 'current', host: old })).not.toContain('mtu');
    expect(xmlOf({ ...socket, mtu: 1450 }, { routing: 'current' })).not.toContain('mtu');
  });

  it("libvirt sets a macvtap's VLAN by today's Nova", () => {
    expect(xmlOf(macvtap, { routing: 'newton' })).not.toContain('vlan');
    expect(xmlOf(macvtap, { routing: 'current' })).toContain('<tag id="7"/>');
  });

  it("a socket's driver has a name by Nova 14", () => {
    expect(xmlOf(socket, { routing: 'newton', image })).toContain('<driver name="vhost" queues="2"/>');
    expect(xmlOf(socket, { routing: 'current', image })).toContain('<driver queues="2"/>');
  });

  it.each(['newton', 'current'] as const)('a socket has no queues by %s before libvirt 1.2.17', (routing) => {
    const xml = (libvirt_version: readonly [number, number, number]) =>
      xmlOf(socket, { routing, image, host: { libvirt_version } });
    expect(xml([1, 2, 16])).not.toContain('driver');
    expect(xml([1, 2, 17])).toContain('queues="2"');
  });
});

describe('an interface of a function that is passed through', () => {
  it.each(['newton', 'current'] as const)('has neither model nor driver, by the rules of %s', (routing) => {
    const backend = { type: 'hostdev', pciAddress: '0000:3f:0e.4', bandwidth: false } as const;
    for (const virt_type of ['kvm', 'qemu']) {
      const image = { hw_vif_multiqueue_enabled: 'true', hw_vif_model: 'virtio' };
      const device = guests.forBackend(backend, mac, guestContext({ routing, image, host: { virt_type } }));
      expect(device.toXml()).not.toMatch(/<(model|driver)/);
    }
  });
});

describe('forObject', () => {
  it('configures an interface', () => {
    const vif = new VIFBridge({ id, address: mac, vif_name: 'tap0', bridge_name: 'br0' });
    expect(guests.forObject(vif, limited).toXml()).toBe(`<interface type="bridge">
  <mac address="fa:16:3e:00:00:01"/>
  <model type="virtio"/>
  <source bridge="br0"/>
  <target dev="tap0"/>
  <bandwidth>
    <inbound average="100"/>
  </bandwidth>
</interface>
`);
  });

  it('needs a MAC address for it', () => {
    const vif = new VIFBridge({ id, vif_name: 'tap0', bridge_name: 'br0' });
    expect(() => guests.forObject(vif, limited)).toThrow(
      expect.objectContaining({ code: 'INVALID_VIF', vifId: id }),
    );
  });

  it('needs none for a PCI device', () => {
    const vif = new VIFHostDevice({ id, dev_type: 'generic', dev_address: '0000:3f:0e.4' });
    expect(guests.forObject(vif, limited).toXml()).toContain('<hostdev ');
  });
});
