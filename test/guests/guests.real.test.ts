import { chmod } from 'node:fs/promises';
import { type GuestReport, listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Row, rows } from './rows.js';
import { Site } from './site.js';

requireOwnNetwork();

/** Of each type the row that asks the most; with VIFKIT_ALL_GUESTS=1 all of them. */
const started = process.env.VIFKIT_ALL_GUESTS
  ? rows
  : rows.filter(({ type }, place) => !rows.slice(place + 1).some((later) => later.type === type));

// What `vif plug` made and `vif config` wrote, under a real libvirt and QEMU.
describe('a guest with a card of type', { timeout: 240_000 }, () => {
  const table: object[] = [];
  let before: string[];
  let site: Site;

  beforeAll(async () => {
    before = listLinks();
    site = await Site.open();
  }, 120_000);
  afterAll(async () => {
    await site?.collectGarbage();
    await site?.close();
    console.table(table);
    expect(listLinks()).toEqual(before);
  });

  /** Starts a guest, and stops it once it has pinged. */
  async function startAndStop(row: Row): Promise<GuestReport> {
    const guest = await site.start(row);
    const report = await guest.report();
    expect(report).toMatchObject({ mac: row.mac, queues: row.queues, pings: 3 });
    expect((await site.vif('check', row)).differences).toEqual([]);
    await guest.stop();
    // What is ours outlives the guest, for its next start; libvirt takes its own.
    const { links, processes } = await site.belongings(row);
    expect({ links, processes }).toEqual({ links: row.links, processes: [] });
    expect((await site.vif('check', row)).differences).toEqual([]);
    return report;
  }

  it.concurrent.each(started)(
    '$type ($routing, $queues) starts, pings, stops and leaves nothing',
    async (row) => {
      await site.vif('plug', row);
      expect((await site.belongings(row)).links).toEqual(row.links);
      if (row.switchSocket) await chmod(row.switchSocket, 0o777); // Open vSwitch is root here, and QEMU is not
      if (row.filter) await site.defineFilter(row.filter);
      if (row.looseTap) await site.connectTap(row.looseTap);

      let pings = 0;
      for (let start = 0; start < row.starts; start++) pings += (await startAndStop(row)).pings;

      await site.vif('unplug', row);
      const left = await site.leftOvers(row);
      table[started.indexOf(row)] = resultOf(row, pings, left);
      expect(left).toEqual([]);
    },
  );
});

function resultOf({ type, routing, queues, starts }: Row, pings: number, left: readonly string[]) {
  return { type, routing, queues, starts, pings: `${pings} of ${3 * starts}`, 'left-overs': left.length };
}
