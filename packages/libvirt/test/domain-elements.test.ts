import type { DeviceBackend as Backend, GuestConfigurator } from '@vifkit/core/nova';
import { describe, expect, it } from 'vitest';
import { LibvirtGuestConfigurator } from '../src/index.js';
import { guestContext } from './support/contexts.js';

const socket: Backend = { type: 'vhostuser', path: '/run/vhu', mode: 'server', bandwidth: false };
const vdpa: Backend = { type: 'vdpa', device: '/dev/vhost-vdpa-0', bandwidth: false };

function domainOf(backend: Backend, libvirt_version: readonly [number, number, number] = [9, 0, 0]) {
  const context = guestContext({ host: { libvirt_version } });
  const guests: GuestConfigurator = new LibvirtGuestConfigurator();
  const { domain = [] } = guests.forBackend(backend, 'fa:16:3e:00:00:01', context);
  return domain.map(({ xml, why }) => {
    expect(why).toMatch(/\.$/);
    return xml.replaceAll(/\s*\n\s*/g, '');
  });
}

describe('what a domain needs besides', () => {
  const memfd = '<memoryBacking><source type="memfd"/><access mode="shared"/></memoryBacking>';
  const cell = '<cpu><numa><cell id="0" cpus="0-1" memAccess="shared"/></numa></cpu>';

  it('is shared memory for a vhost-user socket, as this libvirt has it', () => {
    expect(domainOf(socket)).toEqual([memfd]);
    expect(domainOf(socket, [6, 8, 0])).toEqual([memfd, cell]);
    expect(domainOf(socket, [4, 9, 0])).toEqual(['<memoryBacking><hugepages/></memoryBacking>', cell]);
  });

  it('is locked memory for a vDPA device, where libvirt does not see to it', () => {
    expect(domainOf(vdpa)).toEqual([]);
    expect(domainOf(vdpa, [7, 1, 0])).toEqual(['<memoryBacking><locked/></memoryBacking>']);
  });

  it.each<Backend>([
    { type: 'bridge', bridge: 'br0', bandwidth: true },
    { type: 'ethernet', target: 'tap0', managed: false, bandwidth: true },
    { type: 'direct', source: 'eth0', mode: 'passthrough', bandwidth: true },
    { type: 'hostdev', pciAddress: '0000:3b:00.2', bandwidth: true },
    { type: 'pci', pciAddress: '0000:3b:00.2' },
  ])('is nothing for $type', (backend) => {
    expect(domainOf(backend)).toEqual([]);
  });
});
