import { setImmediate } from 'node:timers/promises';
import { type LegacyDriver, legacyDriver, type Plan, type PluginPackage } from '@vifkit/core';
import type { NetworkVif } from '@vifkit/core/nova';
import type { CustomStep } from '@vifkit/core/steps';
import { createVifDriver } from '@vifkit/engine';
import { memoryHost } from '@vifkit/testkit';
import { expect, it } from 'vitest';
import { MemoryOutput } from '../support/memory-output.js';
import { jsonLines, runVif } from '../support/run-vif.js';

/** Settles once the function answers true. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setImmediate();
}

/** A vendor whose tool takes as long as it likes for one of its ports. */
function vendor() {
  let letGo = () => {};
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const registered: string[] = [];

  @legacyDriver({ type: 'acme' })
  class AcmeDriver implements LegacyDriver {
    config = () => ({ type: 'ethernet', target: 'tap1', bandwidth: false }) as const;
    plug({ id, devname }: NetworkVif): Plan {
      const step: CustomStep = {
        kind: 'custom',
        name: 'register',
        isDone: async () => registered.includes(id),
        apply: async () => {
          if (devname === 'slow') await released;
          registered.push(id);
        },
        undo: async () => {},
      };
      return [step];
    }
    unplug = (): Plan => [];
  }
  const plugins: PluginPackage = { name: '@acme/plugin', provides: [AcmeDriver] };
  return { plugins, registered, letGo: () => letGo() };
}

const request = (n: number, devname = `tap${n}`) => ({
  id: `port-${n}`,
  vif: {
    id: `9b2d1e63-704c-4c9f-8e1d-00000000000${n}`,
    address: 'fa:16:3e:10:00:02',
    type: 'acme',
    devname,
    network: {},
  },
  instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' },
});

it('prints a line as soon as it and all before it are there, while another request hangs', async () => {
  const { plugins, registered, letGo } = vendor();
  const guests = { forObject: () => ({ toXml: () => '' }), forBackend: () => ({ toXml: () => '' }) };
  const driver = createVifDriver({ host: memoryHost(), guests, plugins: [plugins] });
  const stdout = new MemoryOutput();
  const running = runVif(['plug', '--format', 'json'], {
    stdin: `${jsonLines(request(1))}oops\n${jsonLines(request(2), request(3, 'slow'), request(4))}`,
    driver,
    stdout,
  });
  const ids = () => stdout.lines.map((line) => (JSON.parse(line) as { id: string | null }).id);
  await until(() => stdout.lines.length === 3 && registered.length === 3);
  expect(ids()).toEqual(['port-1', null, 'port-2']); // port-4 is done, but not its turn
  letGo();
  expect((await running).status).toBe(1);
  expect(ids()).toEqual(['port-1', null, 'port-2', 'port-3', 'port-4']);
});
