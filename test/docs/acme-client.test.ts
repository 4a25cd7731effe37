import { announce, inject, type Logger, silentLogger, vifPlugin } from '@vifkit/core';
import { VIFGeneric } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { expect, it, vi } from 'vitest';
import { AcmeClient } from './acme-client.js';
import { AcmeOptions } from './acme-options.js';

@vifPlugin({ name: 'acme', options: AcmeOptions })
class Acme {
  constructor(@inject(AcmeClient) readonly client: AcmeClient) {}
  describe() {
    return announce('acme', [[VIFGeneric, []]]);
  }
  plug() {
    return [{ kind: 'command', argv: ['acmectl', '--fabric', this.client.options.endpoint] }] as const;
  }
  unplug() {
    return [];
  }
}

it('the client of the document is injected, with the options in force, and ended with the driver', async () => {
  const debug = vi.fn();
  const logger: Logger = { ...silentLogger, debug };
  const host = memoryHost();
  const plugins = [{ name: '@acme/vifkit-plugin', provides: [Acme] }];
  const endpoint = 'https://fabric.example';
  const guests = new LibvirtGuestConfigurator();
  const driver = createVifDriver({ host, guests, plugins, options: { acme: { endpoint } }, logger });
  const vif = new VIFGeneric({ id: '6f1c9a3e-5207-4d1b-8a64-0c9e7b2d3f05', plugin: 'acme' });
  await driver.plug({ vif, instance: { uuid: '42f3a180-6b5e-4a1c-b2c3-d4e5f6071805' } });
  expect(host.commands.log).toEqual([['acmectl', '--fabric', endpoint]]);
  await driver.close();
  expect(debug).toHaveBeenCalledWith({ endpoint }, 'The connections to the fabric are closed');
});
