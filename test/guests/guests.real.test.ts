import { chmod } from 'node:fs/promises';
import { listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Row, rows } from './rows.js';
import { type Belongings, Site } from './site.js';

requireOwnNetwork();

const nothing: Belongings = { links: [], openVSwitch: [], filters: [], sockets: [], processes: [] };

// What `vif plug` made and `vif config` wrote, under a real libvirt and QEMU.
describe('a guest with a card of type', () => {
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

  it.concurrent.each(rows)(
    '$type ($routing, $queues) starts, pings, stops and leaves nothing',
    async (row) => {
      const start = Date.now();
      await site.vif('plug', row);
      expect((await site.belongings(row)).links).toEqual([...row.links].sort());
      if (row.switchSocket) await chmod(row.switchSocket, 0o777); // Open vSwitch is root's here, and QEMU is not
      if (row.filter) await site.defineFilter(row.filter);
      if (row.looseTap) await site.connectTap(row.looseTap);

      const guest = await site.start(row);
      const report = await guest.report();
      expect(report).toMatchObject({ mac: row.mac, queues: row.queues, pings: 3 });
      expect((await site.vif('check', row)).differences).toEqual([]);

      await guest.stop();
      // What is ours outlives the guest, for the next start; libvirt takes its own.
      expect((await site.belongings(row)).links).toEqual([...row.links].sort());
      await site.vif('unplug', row);
      const left = await site.belongings(row);
      table.push(resultOf(row, report.pings, left, Date.now() - start));
      expect(left).toEqual(nothing);
    },
  );
});

function resultOf({ type, routing, queues }: Row, pings: number, left: Belongings, milliseconds: number) {
  const leftOvers = Object.values(left).flat().length;
  const seconds = Math.round(milliseconds / 1000);
  return { type, routing, queues, pings: `${pings} of 3`, 'left-overs': leftOvers, seconds };
}
