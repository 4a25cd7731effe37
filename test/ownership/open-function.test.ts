import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost, type PciFunctions } from '@vifkit/testkit';
import { expect, it } from 'vitest';
import { A, C, representor, vf } from './requests.js';

it('a representor of a running guest is not taken over', async () => {
  const card = {
    pf: 'ens1',
    index: 2,
    representor: { pfAddress: '0000:03:00.0', netDevice: 'eth2' },
  };
  const pci: Record<string, PciFunctions[string]> = { [vf]: card };
  const host = memoryHost({ ovsBridges: ['br-int'], links: [{ name: 'eth2' }], pci });
  const plugins = await builtInPlugins();
  const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins });
  await driver.plug(representor(A));
  pci[vf] = { ...card, openBy: 'a guest' };
  await expect(driver.unplug(representor(A))).rejects.toMatchObject({ code: 'VIF_IN_USE' });
  const before = host.snapshot();
  const refusal = {
    code: 'OWNED_BY_OTHER_VIF',
    message: expect.stringContaining(`${A} and is in use (a guest)`),
  };
  const { steps } = await driver.plan(representor(C));
  expect(steps.flatMap(({ blocked }) => blocked ?? [])).toEqual([expect.objectContaining(refusal)]);
  await expect(driver.plug(representor(C))).rejects.toMatchObject({ cause: refusal });
  expect(host.snapshot()).toEqual(before);
  pci[vf] = card;
  await driver.plug(representor(C));
  expect(host.ovs.snapshot().ports.eth2?.externalIds).toEqual({ 'vifkit-vif': C });
});
