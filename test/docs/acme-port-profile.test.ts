import { announce, unsupportedVif, vifConverter, vifPlugin } from '@vifkit/core';
import type { NetworkVif } from '@vifkit/core/nova';
import { type VIFBase, VIFGeneric } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { conformance } from '@vifkit/testkit/conformance';
import { expect, it } from 'vitest';
import { profileOf, VIFPortProfileAcme } from './acme-port-profile.js';

const leave = ({ id }: VIFBase) => ['acmectl', 'leave', id] as const;

@vifPlugin({ name: 'acme', needs: [{ kind: 'program', name: 'acmectl', from: 'the acme-agent package' }] })
class Acme {
  describe() {
    return announce('acme', [[VIFGeneric, [VIFPortProfileAcme]]]);
  }
  plug(vif: VIFBase) {
    if (!(vif instanceof VIFGeneric)) throw unsupportedVif('acme', vif);
    const lane = vif.port_profile instanceof VIFPortProfileAcme ? vif.port_profile.lane : 0;
    return [{ kind: 'command', argv: ['acmectl', 'lane', vif.id, String(lane)], undo: leave(vif) }] as const;
  }
  unplug(vif: VIFBase) {
    return [{ kind: 'command', argv: leave(vif) }] as const;
  }
}

@vifConverter({ type: 'acme' })
class Converter {
  convert(vif: NetworkVif) {
    return new VIFGeneric({ id: vif.id, plugin: 'acme', port_profile: profileOf(vif) });
  }
}

const offered = { name: '@acme/vifkit-plugin', provides: [Acme, Converter], objects: [VIFPortProfileAcme] };
const id = '6f1c9a3e-5207-4d1b-8a64-0c9e7b2d3f05';
const instance = { uuid: '42f3a180-6b5e-4a1c-b2c3-d4e5f6071805' };
const vif = { id, address: 'fa:16:3e:10:00:05', type: 'acme', details: { acme_lane: '7' } };

await conformance({ plugins: offered, requests: [{ id: 'a port in a lane', vif, instance }] });

it('the port profile of the document reaches the plugin, from the details and from the wire', async () => {
  const host = memoryHost();
  const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins: [offered] });
  await driver.plug({ vif, instance });
  const written: unknown = JSON.parse(JSON.stringify(driver.convert({ vif, instance })));
  await driver.plug({ vif: written, instance });
  expect(host.commands.log).toEqual([
    ['acmectl', 'lane', id, '7'],
    ['acmectl', 'lane', id, '7'],
  ]);
  await driver.close();
});
