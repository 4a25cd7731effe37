import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { conformance } from '@vifkit/testkit/conformance';
import { expect, it } from 'vitest';
import { AcmeFabricDriver } from './acme-driver.js';

const acme = { name: '@acme/vifkit-plugin', provides: [AcmeFabricDriver] };
const bridge = 'brq7c1f';
const fabric: MemoryHostOptions = { links: [{ name: 'fabric0', mtu: 9000 }] };

const request = (n: number) => ({
  id: `port ${n}`,
  vif: {
    id: `6f1c9a3e-5207-4d1b-8a64-00000000000${n}`,
    address: `fa:16:3e:10:00:0${n}`,
    type: 'acme_fabric',
    devname: `tap${n}`,
    network: { bridge },
  },
  instance: { uuid: '42f3a180-6b5e-4a1c-b2c3-d4e5f6071805' },
});

await conformance({ plugins: acme, requests: [{ ...request(1), leaves: [bridge] }], host: fabric });

it('has the bridge join the fabric once, whoever made it, and asks the host for its MTU', async () => {
  const host = memoryHost(fabric);
  const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [acme] });
  for (const n of [1, 2]) await driver.plug(request(n));
  expect(host.commands.log).toEqual([['acmectl', 'join', bridge]]);
  expect(host.links.snapshot()[bridge]).toMatchObject({ type: 'bridge', up: true, mtu: 9000 });
  const { device } = await driver.config(request(1));
  expect(device.toXml()).toContain(`<source bridge="${bridge}"/>`);
});
