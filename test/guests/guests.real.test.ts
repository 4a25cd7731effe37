import { chmod } from 'node:fs/promises';
import { type GuestReport, listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isThorough } from '../thorough.js';
import { type Row, rows } from './rows.js';
import { Site } from './site.js';

requireOwnNetwork();

/** Of each type the row that asks the most; all of them when the tests are thorough. */
const started = isThorough
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
    // The kernel removes links to a namespace some time after its end.
    await vi.waitFor(() => expect(listLinks()).toEqual(before), 10_000);
  });

  /** Starts a guest, and stops it once it has pinged, and come through a cut of its network. */
  async function startAndStop(row: Row): Promise<GuestReport & { readonly gap?: number }> {
    const guest = await site.start(row);
    const report = await guest.report();
    const state = report.pings === 3 ? '' : await site.describeSwitch();
    expect(report, state).toMatchObject({ mac: row.mac, queues: row.queues, pings: 3 });
    const gap = row.cut && (await site.interrupt(row, row.cut));
    expect((await site.vif('check', row)).differences).toEqual([]);
    await guest.stop();
    // What is ours outlives the guest, for its next start; libvirt takes its own.
    const { links, processes } = await site.belongings(row);
    expect({ links, processes }).toEqual({ links: row.links, processes: [] });
    expect((await site.vif('check', row)).differences).toEqual([]);
    return { ...report, ...(gap !== undefined && { gap }) };
  }

  it.concurrent.each(started)(
    '$type ($routing, $queues) starts, pings, stops and leaves nothing',
    async (row) => {
      await site.vif('plug', row);
      expect((await site.belongings(row)).links).toEqual(row.links);
      if (row.switchSocket) await chmod(row.switchSocket, 0o777); // Open vSwitch is root here, and QEMU is not
      if (row.filter) await site.defineFilter(row.filter);
      if (row.looseTap) await site.connectTap(row.looseTap);

      const reports = [await startAndStop(row)];
      while (reports.length < row.starts) reports.push(await startAndStop(row));

      await site.vif('unplug', row);
      const left = await site.leftOvers(row);
      table[started.indexOf(row)] = resultOf(row, reports, left);
      expect(left).toEqual([]);
    },
  );
});

function resultOf(
  { type, routing, queues, starts }: Row,
  reports: readonly { readonly pings: number; readonly gap?: number }[],
  left: readonly string[],
) {
  const pings = reports.reduce((sum, each) => sum + each.pings, 0);
  const gap = reports[0]?.gap;
  return {
    ...{ type, routing, queues, starts, pings: `${pings} of ${3 * starts}`, 'left-overs': left.length },
    'seconds without network': gap?.toFixed(2) ?? '',
  };
}
