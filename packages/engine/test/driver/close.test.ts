import { announce, inject, injectable, type Logger, silentLogger, vifPlugin } from '@vifkit/core';
import { VIFGeneric } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { expect, it, vi } from 'vitest';

const ended: string[] = [];

@injectable()
class Client {
  static failure: unknown;
  dispose(): void {
    ended.push('client');
    if (Client.failure) throw Client.failure;
  }
}

@vifPlugin({ name: 'acme' })
class Acme {
  constructor(@inject(Client) readonly client: Client) {}
  describe() {
    return announce('acme', []);
  }
  plug() {
    return [];
  }
  unplug() {
    return [];
  }
}

const vif = new VIFGeneric({ id: '6f1c9a3e-5207-4d1b-8a64-0c9e7b2d3f05', plugin: 'acme' });
const instance = { uuid: '42f3a180-6b5e-4a1c-b2c3-d4e5f6071805' };

function start(logger: Logger = silentLogger) {
  const host = memoryHost();
  const close = vi.spyOn(host, 'close').mockImplementation(async () => void ended.push('host'));
  const plugins = [{ name: '@acme/plugin', provides: [Acme] }];
  const driver = createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins, logger });
  return { driver, close };
}

it('a driver that is closed ends what its plugins have made, and then the host', async () => {
  ended.length = 0;
  const { driver } = start();
  await driver.plan({ vif, instance });
  await driver.close();
  expect(ended).toEqual(['client', 'host']);
});

it('a driver that is closed ends the runners of packages, too', async () => {
  const warn = vi.fn();
  const disposed: string[] = [];
  const runner = (name: `acme:${string}`, dispose: () => Promise<void>) => {
    const notAsked = async () => [];
    return { kinds: [name], inspect: notAsked, apply: notAsked, undo: notAsked, dispose };
  };
  const closing = runner('acme:lane', async () => void disposed.push('lane'));
  const failing = runner('acme:fifo', async () => Promise.reject(new Error('no connection')));
  const driver = createVifDriver({
    host: memoryHost(),
    guests: new LibvirtGuestConfigurator(),
    plugins: [{ name: '@acme/plugin', provides: [Acme], runners: () => [failing, closing] }],
    logger: { ...silentLogger, warn },
  });
  await driver.close();
  expect(disposed).toEqual(['lane']);
  expect(warn).toHaveBeenCalledWith(
    {
      code: 'PLUGIN_FAILED',
      err: expect.objectContaining({ message: expect.stringContaining('acme:fifo') }),
    },
    'A plugin could not be disposed of',
  );
});

it('a driver at the end of an `await using` is closed', async () => {
  ended.length = 0;
  {
    await using driver = start().driver;
    await driver.plan({ vif, instance });
  }
  expect(ended).toEqual(['client', 'host']);
});

it('a plugin that does not end well is logged, and the host is closed', async () => {
  Client.failure = new Error('no connection');
  const warn = vi.fn();
  const { driver } = start({ ...silentLogger, warn });
  await driver.plan({ vif, instance });
  ended.length = 0;
  await driver.close();
  expect(ended).toEqual(['client', 'host']);
  expect(warn).toHaveBeenCalledWith(
    expect.objectContaining({ code: 'PLUGIN_FAILED' }),
    'A plugin could not be disposed of',
  );
});
