import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeviceBackend } from '@vifkit/core/nova';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LibvirtGuestConfigurator } from '../src/index.js';
import { guestContext } from './support/contexts.js';

const schema = '/usr/share/libvirt/schemas/domain.rng';

const domain = (device: string) => `<domain type="kvm">
  <name>guest</name>
  <memory>65536</memory>
  <os>
    <type arch="x86_64">hvm</type>
  </os>
  <devices>
    ${device}
  </devices>
</domain>
`;

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vifkit-schema-'));
});
afterAll(() => rm(directory, { recursive: true }));

describe("what only today's Nova writes", () => {
  const context = guestContext({
    routing: 'current',
    host: { rx_queue_size: 512, tx_queue_size: 1024 },
    image: { hw_vif_multiqueue_enabled: 'true', hw_virtio_packed_ring: 'true' },
  });

  it.each<[string, DeviceBackend, string]>([
    ['tap', { type: 'ethernet', target: 'tap0', managed: false, mtu: 1450, bandwidth: true }, 'managed="no"'],
    ['socket', { type: 'vhostuser', path: '/run/vhu', mode: 'server', bandwidth: false }, 'tx_queue_size'],
    [
      'macvtap',
      { type: 'direct', source: 'eth0', mode: 'passthrough', vlan: 7, driver: 'vhost', bandwidth: true },
      '<vlan>',
    ],
  ])('is in the schema: %s', async (name, backend, part) => {
    const device = new LibvirtGuestConfigurator().forBackend(backend, 'fa:16:3e:00:00:01', context);
    expect(device.toXml()).toContain(part);
    expect(device.toXml()).toContain('packed="on"');
    const file = join(directory, `${name}.xml`);
    await writeFile(file, domain(device.toXml()));
    const { stderr } = await execa('xmllint', ['--noout', '--relaxng', schema, file], { reject: false });
    expect(stderr.trim()).toBe(`${file} validates`);
  });
});

describe('libxml2', () => {
  it('reads every character back', async () => {
    const path = `/run/a&b&amp;c&lt;d&#10;e&#x41;f<g>h"i'j]]>k`;
    const device = new LibvirtGuestConfigurator().forBackend(
      { type: 'vhostuser', path, mode: 'client', bandwidth: false },
      'fa:16:3e:00:00:01',
      guestContext(),
    );
    const { stdout } = await execa('xmllint', ['--xpath', 'string(//source/@path)', '-'], {
      input: device.toXml(),
    });
    expect(stdout).toBe(path);
  });
});
