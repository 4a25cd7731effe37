import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { expect, it } from 'vitest';
import { codeBlocks, readDocument } from './code-block.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const examples = readdirSync(`${root}plugins`)
  .map((name) => `plugins/${name}/README.md`)
  .filter((path) => existsSync(root + path))
  .flatMap((path) => {
    const text = readDocument(path);
    const xmls = codeBlocks(text, 'xml');
    return codeBlocks(text, 'json').flatMap((request, i) => {
      const xml = xmls[i];
      return xml ? [{ path, request, xml }] : [];
    });
  });

it.each(examples)('the request of $path has the XML that stands there', async ({ request, xml }) => {
  const guests = new LibvirtGuestConfigurator();
  const parsed = JSON.parse(request);
  const slot: string | undefined = parsed.vif.profile?.pci_slot;
  const pci = slot ? { [slot]: { pf: 'ens1', index: 0, netDevice: 'ens1v1' } } : {};
  const driver = createVifDriver({ host: memoryHost({ pci }), guests, plugins: await builtInPlugins() });
  const { device } = await driver.config(parsed);
  expect(device.toXml()).toBe(xml);
});
