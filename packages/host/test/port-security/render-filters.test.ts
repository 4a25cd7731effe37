import { expect, it } from 'vitest';
import type { GuestFilter } from '../../src/port-security/filter-table.js';
import { parseFilters } from '../../src/port-security/parse-filters.js';
import { renderChanges } from '../../src/port-security/render-filters.js';

const mac = 'fa:16:3e:00:00:01';
const filter = { mac, addresses: ['192.0.2.5', '2001:db8::5'] };
const plain = { mac, addresses: [] };

it('makes the table for the first guest', () => {
  const lines = renderChanges([{ name: 'tap0', filter }], undefined);
  expect(lines[0]).toBe('create table bridge vifkit');
  expect(lines.slice(-5)).toEqual([
    'add element bridge vifkit guests { "tap0" }',
    `add element bridge vifkit macs { "tap0" . ${mac} }`,
    'add element bridge vifkit addressed { "tap0" }',
    'add element bridge vifkit ipv4 { "tap0" . 192.0.2.5 }',
    'add element bridge vifkit ipv6 { "tap0" . 2001:db8::5 }',
  ]);
});

it('changes the elements of those guests alone that change', () => {
  const now = {
    guests: new Map([
      ['tap0', plain],
      ['tap1', filter],
    ]),
  };
  expect(renderChanges([{ name: 'tap0', filter: { ...plain, addresses: ['192.0.2.6'] } }], now)).toEqual([
    'delete element bridge vifkit guests { "tap0" }',
    `delete element bridge vifkit macs { "tap0" . ${mac} }`,
    'add element bridge vifkit guests { "tap0" }',
    `add element bridge vifkit macs { "tap0" . ${mac} }`,
    'add element bridge vifkit addressed { "tap0" }',
    'add element bridge vifkit ipv4 { "tap0" . 192.0.2.6 }',
  ]);
});

it('removes the table with the last guest, and has nothing to do without one', () => {
  const gone = [{ name: 'tap0', filter: undefined }];
  expect(renderChanges(gone, { guests: new Map([['tap0', plain]]) })).toEqual(['delete table bridge vifkit']);
  expect(renderChanges(gone, undefined)).toEqual([]);
});

it('reads what `nft` prints, whatever else is in the table', () => {
  const set = (name: string, ...elem: unknown[]) => ({ set: { name, elem } });
  const nftables = [
    { metainfo: { version: '1.0.6' } },
    set('guests', 'tap0', 'tap1'),
    set('macs', { concat: ['tap0', mac] }, { concat: ['tap1', mac] }),
    set('ipv4', { concat: ['tap1', '192.0.2.5'] }, 'odd'),
    { set: { name: 'ipv6' } },
    { rule: {} },
  ];
  const { guests, fault } = parseFilters(JSON.stringify({ nftables }));
  expect(Object.fromEntries(guests)).toEqual({
    tap0: plain,
    tap1: { mac, addresses: ['192.0.2.5'], isUnapplied: true },
  });
  expect(fault).toBe('the filters lack their set addressed');
  expect(() => parseFilters('Error:')).toThrow(expect.objectContaining({ code: 'FILTER_FAILED' }));
});

it('notes on a guest whose VIF it is, and finds the note', () => {
  const [, ...lines] = renderChanges([{ name: 'tap0', filter: { ...plain, vifId: 'id-1' } }], undefined);
  expect(lines).toContain('add element bridge vifkit guests { "tap0" comment "id-1" }');
  const now = new Map<string, GuestFilter>([
    ['tap0', { ...plain, vifId: 'id-1' }],
    ['tap1', plain],
  ]);
  expect(renderChanges([{ name: 'tap0', filter: undefined }], { guests: now })[0]).toBe(
    'delete element bridge vifkit guests { "tap0" }',
  );
  const nftables = [
    { set: { name: 'guests', elem: [{ elem: { val: 'tap0', comment: 'id-1' } }, 'tap1'] } },
    { set: { name: 'macs', elem: [{ concat: ['tap0', mac] }, { concat: ['tap1', mac] }] } },
  ];
  expect(parseFilters(JSON.stringify({ nftables })).guests).toEqual(now);
});
