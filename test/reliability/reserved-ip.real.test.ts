import { readdirSync, readFileSync } from 'node:fs';
import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { request } from '#requests/tap';

requireOwnNetwork();

/** The processes of `ip` that wait for what they will be told: children of this process. */
function reserved(): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Boolean);
  return pids.filter((pid) => {
    try {
      const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return name === 'ip' && Number(parent) === process.pid;
    } catch {
      return false; // it has ended meanwhile
    }
  });
}

const tap = request({ mtu: 1400 });

describe('a driver that keeps processes of `ip` in reserve', () => {
  let driver: VifDriver;
  let before: string[];

  beforeEach(async () => {
    before = listLinks();
    driver = createVifDriver({
      host: openHost({ reserve: true }),
      guests: new LibvirtGuestConfigurator(),
      plugins: await builtInPlugins(),
    });
    await driver.plug(tap);
    await expect.poll(() => reserved().length).toBeGreaterThan(0);
  });
  afterEach(async () => {
    await driver.close();
    expect(reserved()).toEqual([]);
    expect(listLinks()).toEqual(before);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'goes on when they are ended by %s, before each call',
    async (signal) => {
      const killed: number[] = [];
      for (const operation of ['check', 'unplug', 'plug', 'plug', 'check', 'unplug'] as const) {
        await expect.poll(() => reserved().length).toBeGreaterThan(0);
        const pids = reserved();
        killed.push(...pids);
        for (const pid of pids) process.kill(pid, signal);
        // At once: nothing has told the driver of it.
        const result = await driver[operation](tap);
        if (operation === 'check') expect(result).toMatchObject({ differences: [] });
      }
      expect(killed.length).toBeGreaterThanOrEqual(6);
    },
  );

  it('fails at its deadline when they are stopped, leaves nothing, and goes on without them', async () => {
    await driver.unplug(tap);
    await expect.poll(() => reserved().length).toBeGreaterThan(0);
    const stopped = reserved();
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    for (const _ of stopped) {
      const error = await driver.plug(tap, { timeout: 500 }).then(
        () => undefined,
        (failure: unknown) => failure,
      );
      if (!error) break; // it needed one that runs
      expect(error).toMatchObject({ code: 'PLUG_FAILED', cause: { code: 'TIMEOUT' }, undoFailures: [] });
      expect(listLinks()).toEqual(before);
    }
    await driver.plug(tap);
    expect((await driver.check(tap)).differences).toEqual([]);
    await driver.unplug(tap);
  });
});
