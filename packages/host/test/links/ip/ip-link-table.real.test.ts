import { readFile, writeFile } from 'node:fs/promises';
import { listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { IpLinkTable } from '../../../src/links/ip/ip-link-table.js';
import type { LinkOperation } from '../../../src/links/link-table.js';

const soon = () => AbortSignal.timeout(20_000);
const table = new IpLinkTable();
const write = async (...operations: LinkOperation[]) =>
  (await table.write(operations, soon())).map((outcome) => outcome?.code);
const bridge: LinkOperation = { op: 'add', name: 't-br', create: { type: 'bridge' } };
const pair: LinkOperation = { op: 'add', name: 't-a', create: { type: 'veth', peer: 't-b' } };

beforeAll(requireOwnNetwork);

afterEach(async () => {
  const left = listLinks().filter((name) => name.startsWith('t-'));
  await write(...left.map((name) => ({ op: 'delete' as const, name })));
});

describe("the kernel's links", () => {
  it('are made, configured and read', async () => {
    const outcomes = await write(
      bridge,
      {
        op: 'set',
        name: 't-br',
        attributes: { up: true, ipv6: false, bridge: { stp: false, forwardDelay: 0, ageing: 0 } },
        alias: 'vifkit:shared',
      },
      pair,
      { op: 'set', name: 't-a', attributes: { master: 't-br', mtu: 1450, arpIgnore: 1, arpAnnounce: 2 } },
      { op: 'add', name: 't-tap', create: { type: 'tap', multiQueue: true } },
    );
    expect(outcomes).toEqual([undefined, undefined, undefined, undefined, undefined]);
    const links = await table.read(['t-br', 't-a', 't-none'], soon());
    expect(links.get('t-br')).toMatchObject({
      type: 'bridge',
      up: true,
      mtu: 1450,
      ipv6: false,
      arpIgnore: 0,
      alias: 'vifkit:shared',
      bridge: { forwardDelay: 0, stp: false, multicastSnooping: true, ageing: 0 },
    });
    expect(links.get('t-a')).toMatchObject({ master: 't-br', peer: 't-b', arpIgnore: 1, arpAnnounce: 2 });
    expect(links.get('t-b')).toMatchObject({ peer: 't-a', mtu: 1500 });
    expect(links.get('t-b')).not.toHaveProperty('ipv6');
    expect(links.get('t-tap')).toMatchObject({ type: 'tap' });
  });

  it('have IPv6 turned off before they go up', async () => {
    await write(pair, { op: 'set', name: 't-b', attributes: { up: true } });
    await write({ op: 'set', name: 't-a', attributes: { up: true, ipv6: false } });
    expect(await readFile('/proc/net/if_inet6', 'utf8')).not.toContain('t-a');
  });

  it('may have an MTU that is too small for IPv6, which is off then', async () => {
    await write(pair, { op: 'set', name: 't-a', attributes: { mtu: 1000 } });
    expect(await write({ op: 'set', name: 't-a', attributes: { ipv6: false } })).toEqual([undefined]);
    expect((await table.read(['t-a'], soon())).get('t-a')).not.toHaveProperty('ipv6');
  });

  it('fail one by one', async () => {
    const outcomes = await table.write(
      [
        { op: 'set', name: 't-none', attributes: { ipv6: false } },
        { op: 'set', name: 't-none', attributes: { up: true } },
        bridge,
        { op: 'set', name: 't-br', attributes: { mtu: 10 } },
        { op: 'delete', name: 't-none' },
      ],
      soon(),
    );
    expect(outcomes.map((outcome) => outcome?.code)).toEqual([
      'LINK_COMMAND_FAILED',
      'LINK_COMMAND_FAILED',
      undefined,
      'LINK_COMMAND_FAILED',
      undefined,
    ]);
    expect(outcomes[0]?.message).toContain('/proc/sys/net/ipv6/conf/t-none/disable_ipv6');
    expect(outcomes[1]?.message).toContain('Cannot find device "t-none"');
  });

  it('are left alone if they were there when they were to be made', async () => {
    await write(pair, bridge);
    const outcomes = await write(
      { op: 'add', name: 't-br', create: { type: 'tap' } },
      { op: 'add', name: 't-new', create: { type: 'veth', peer: 't-b' } },
      { op: 'set', name: 't-br', attributes: { up: true, arpIgnore: 1 }, alias: 'vifkit:a' },
      { op: 'set', name: 't-b', attributes: { up: true } },
    );
    expect(outcomes).toEqual(['LINK_EXISTS', 'LINK_EXISTS', 'LINK_EXISTS', 'LINK_EXISTS']);
    const links = await table.read(['t-br'], soon());
    expect(links.get('t-br')).toMatchObject({ up: false, arpIgnore: 0 });
    expect(links.get('t-br')).not.toHaveProperty('alias');
    expect(links.get('t-b')?.up).toBe(false);
  });

  it('are changed by one call after the other', async () => {
    const calls = [
      table.write([bridge], soon()),
      table.write([{ op: 'set', name: 't-br', attributes: { up: true } }], soon()),
      table.write([{ op: 'delete', name: 't-br' }], soon()),
    ];
    expect(await Promise.all(calls)).toEqual([[undefined], [undefined], [undefined]]);
    await table.close();
    expect(listLinks()).not.toContain('t-br');
  });

  it('are not touched once the signal has fired', async () => {
    const settings: LinkOperation = { op: 'set', name: 'lo', attributes: { arpIgnore: 1 } };
    await expect(table.write([bridge], AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(table.write([settings], AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(table.read([], AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
    expect(listLinks()).not.toContain('t-br');
    expect(await write(bridge)).toEqual([undefined]);
  });

  it('are changed through a root helper', async () => {
    const helped = new IpLinkTable(['env', 'VIA=helper']);
    const operations: LinkOperation[] = [
      bridge,
      { op: 'set', name: 't-br', attributes: { up: true, arpIgnore: 1 } },
      { op: 'set', name: 't-none', attributes: { arpIgnore: 1 } },
    ];
    const outcomes = await helped.write(operations, soon());
    expect(outcomes.map((outcome) => outcome?.code)).toEqual([undefined, undefined, 'LINK_COMMAND_FAILED']);
    expect((await helped.read(['t-br'], soon())).get('t-br')).toMatchObject({ up: true, arpIgnore: 1 });
  });

  it('can be turned into ours and back where the kernel has other defaults', async () => {
    await write(bridge, { op: 'set', name: 't-br', attributes: { bridge: { stp: true } } });
    const off: LinkOperation = {
      op: 'set',
      name: 't-br',
      attributes: { bridge: { stp: false, forwardDelay: 0 } },
    };
    expect(await write(off)).toEqual([undefined]);
    expect((await table.read([], soon())).get('t-br')?.bridge).toMatchObject({ stp: false, forwardDelay: 0 });
    await writeFile('/proc/sys/net/ipv4/conf/t-br/arp_ignore', '2');
    expect((await table.read(['t-br'], soon())).get('t-br')?.arpIgnore).toBe(2);
  });
});
