import { execFileSync } from 'node:child_process';
import { builtInPlugins } from '@vifkit/cli';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { listLinks, makeVendorTools, requireOwnNetwork, type VendorTools } from '@vifkit/testkit/bed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { request } from '#requests/tap';

requireOwnNetwork();

const ip = execFileSync('sh', ['-c', 'command -v ip'], { encoding: 'utf8' }).trim();
const tap = request({ mtu: 1400 });

/** An `ip` whose lists are incomplete the first so many times, as when links come and go while it reads them. */
const interrupted = (times: number) => `case $* in *-json*)
  echo >>"$0.reads"
  [ "$(wc -l <"$0.reads")" -gt ${times} ] || { echo 'Dump was interrupted and may be inconsistent.' >&2; echo '[]'; exit 0; } ;;
esac
exec ${ip} "$@"`;

async function openDriver(): Promise<VifDriver> {
  const plugins = await builtInPlugins();
  return createVifDriver({ host: openHost(), guests: new LibvirtGuestConfigurator(), plugins });
}

describe('a list of links that changes come in between of', () => {
  let tools: VendorTools;
  let driver: VifDriver;
  let before: string[];

  beforeEach(async () => {
    before = listLinks();
    const first = await openDriver();
    await first.plug(tap);
    await first.close();
    tools = await makeVendorTools();
    driver = await openDriver();
  });
  afterEach(async () => {
    await tools.close();
    await driver.unplug(tap);
    await driver.close();
    expect(listLinks()).toEqual(before);
  });

  it('is asked for again: no link is taken for one that is gone', async () => {
    await tools.put('ip', interrupted(3));
    // A collection reads all links; a plug asks for its own by their names, which nothing comes in between of.
    const found = await driver.gc({ keep: 'none', dryRun: true });
    expect(found).toMatchObject([{ value: { id: tap.vif.id } }]);
    expect((await tools.calls()).length).toBe(4);
  });

  it('again and again is an error at the deadline, and nothing is written', async () => {
    await tools.put('ip', interrupted(1_000_000));
    const found = await driver.gc({ keep: 'none', timeout: 1_000 });
    expect(found).toMatchObject([{ id: null, error: { code: 'TIMEOUT' } }]);
    expect((await tools.calls()).length).toBeGreaterThan(3);
    expect((await tools.calls()).every((call) => call.includes('-json'))).toBe(true);
  });
});
