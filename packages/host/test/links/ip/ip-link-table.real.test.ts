import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { Deadline } from '@vifkit/engine/time';
import { listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { IpLinkTable } from '../../../src/links/ip/ip-link-table.js';
import type { LinkOperation } from '../../../src/links/link-table.js';

const soon = () => new Deadline(20_000).signal;
const table = new IpLinkTable({ isReserved: true });
const write = async (...operations: LinkOperation[]) =>
  (await table.write(operations, soon())).map((outcome) => outcome?.code);
const bridge: LinkOperation = { op: 'add', name: 't-br', create: { type: 'bridge' } };
const pair: LinkOperation = { op: 'add', name: 't-a', create: { type: 'veth', peer: 't-b' } };

beforeAll(requireOwnNetwork);
afterAll(() => table.close());

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
    const links = table.withSettings(await table.read({}, soon()), ['t-br', 't-a', 't-none']);
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

  it('are found that another process has made anew, or renamed, since they were read', async () => {
    const other = new IpLinkTable();
    const names = ['t-br', 't-a', 't-b', 't-none'];
    const found = async () => [...(await table.read({ names }, soon())).keys()].sort();
    await write(bridge, pair);
    expect(await found()).toEqual(['t-a', 't-b', 't-br']);
    await other.write([{ op: 'delete', name: 't-br' }, bridge, { op: 'delete', name: 't-a' }], soon());
    expect(await found()).toEqual(['t-br']);
    await other.write([pair], soon());
    expect(await found()).toEqual(['t-a', 't-b', 't-br']);
    execFileSync('ip', ['link', 'set', 'dev', 't-br', 'name', 't-none']);
    expect(await found()).toEqual(['t-a', 't-b', 't-none']);
    await other.close();
  });

  it('have IPv6 turned off before they go up', async () => {
    await write(pair, { op: 'set', name: 't-b', attributes: { up: true } });
    await write({ op: 'set', name: 't-a', attributes: { up: true, ipv6: false } });
    expect(await readFile('/proc/net/if_inet6', 'utf8')).not.toContain('t-a');
  });

  describe('with addresses', () => {
    const ipv4 = { address: '192.0.2.1/24', options: [] };
    const ipv6 = { address: '2001:db8::1/64', options: ['nodad'] };
    const move = (name: string, to: string): LinkOperation => {
      return { op: 'move', name, to, addresses: [ipv4, ipv6], routes: [], leaving: [ipv4, ipv6] };
    };
    const has = async (name: string) => (await table.readAddresses([name], soon())).get(name)?.addresses;

    it('give them to another', async () => {
      expect(await write(pair, move('t-b', 't-a'))).toEqual([undefined, undefined]);
      expect(await write(move('t-a', 't-b'))).toEqual([undefined]);
      expect([await has('t-a'), await has('t-b')]).toEqual([[], [ipv4, ipv6]]);
    });

    it('keep all of them if the other cannot take one', async () => {
      await write(pair, move('t-b', 't-a'), { op: 'set', name: 't-b', attributes: { ipv6: false } });
      expect(await write(move('t-a', 't-b'))).toEqual(['LINK_COMMAND_FAILED']);
      expect(await has('t-a')).toEqual([ipv4, ipv6]);
    });

    it.each([
      ['one', 't-a'],
      ['the other', 't-br'],
    ])('keep all of them if something else fails to be done to %s', async (_, name) => {
      await write(bridge, pair, move('t-b', 't-a'));
      // No link may be a member of what is no bridge.
      const set: LinkOperation = { op: 'set', name, attributes: { master: 't-b' } };
      expect(await write(set, move('t-a', 't-br'))).toEqual(['LINK_COMMAND_FAILED', 'LINK_COMMAND_FAILED']);
      expect(await has('t-a')).toEqual([ipv4, ipv6]);
    });

    it('give none to a link that is missing', async () => {
      await write(pair, move('t-b', 't-a'));
      expect(await write(move('t-a', 't-none'))).toEqual(['LINK_COMMAND_FAILED']);
      expect(await has('t-a')).toEqual([ipv4, ipv6]);
    });
  });

  it('may have an MTU that is too small for IPv6, which is off then', async () => {
    await write(pair, { op: 'set', name: 't-a', attributes: { mtu: 1000 } });
    expect(await write({ op: 'set', name: 't-a', attributes: { ipv6: false } })).toEqual([undefined]);
    expect(table.withSettings(await table.read({}, soon()), ['t-a']).get('t-a')).not.toHaveProperty('ipv6');
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
    const links = table.withSettings(await table.read({}, soon()), ['t-br']);
    expect(links.get('t-br')).toMatchObject({ up: false, arpIgnore: 0 });
    expect(links.get('t-br')).not.toHaveProperty('alias');
    expect(links.get('t-b')?.up).toBe(false);
  });

  it('go together, and each that cannot be removed fails alone', async () => {
    await write(bridge, pair, { op: 'add', name: 't-new', create: { type: 'bridge' } });
    const outcomes = await table.write(
      ['t-br', 't-none', 'lo', 't-a', 't-b'].map((name) => ({ op: 'delete' as const, name })),
      soon(),
    );
    expect(outcomes.map((outcome) => outcome?.code)).toEqual([
      undefined,
      undefined,
      'LINK_COMMAND_FAILED',
      undefined,
      undefined,
    ]);
    const left = [...(await table.read({}, soon())).keys()].filter((name) => name !== 'lo');
    expect(left.filter((name) => name.startsWith('t-'))).toEqual(['t-new']);
  });

  it('go together without one that is not to be removed', async () => {
    await write(bridge, pair, { op: 'add', name: 't-new', create: { type: 'bridge' } });
    expect(await write({ op: 'delete', name: 't-br' }, { op: 'delete', name: 't-b' })).toEqual([
      undefined,
      undefined,
    ]);
    const left = [...(await table.read({}, soon())).keys()];
    expect(left.filter((name) => name.startsWith('t-'))).toEqual(['t-new']);
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
    await expect(table.read({}, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' });
    expect(listLinks()).not.toContain('t-br');
    expect(await write(bridge)).toEqual([undefined]);
  });

  it('stay in their group if they cannot be deleted', async () => {
    const groupOf = async (name: string) => (await table.read({ names: [name] }, soon())).get(name)?.group;
    await write(bridge, { op: 'set', name: 't-br', attributes: { group: '7' } });
    expect(await groupOf('t-br')).toBe('7');
    const outcomes = await write({ op: 'delete', name: 'lo' }, { op: 'delete', name: 't-br' });
    expect(outcomes).toEqual(['LINK_COMMAND_FAILED', undefined]);
    expect(await groupOf('lo')).toBeUndefined();
  });

  it('are changed through a root helper', async () => {
    const helped = new IpLinkTable({ rootHelper: ['env', 'VIA=helper'] });
    const operations: LinkOperation[] = [
      bridge,
      { op: 'set', name: 't-br', attributes: { up: true, arpIgnore: 1 } },
      { op: 'set', name: 't-none', attributes: { arpIgnore: 1 } },
    ];
    const outcomes = await helped.write(operations, soon());
    expect(outcomes.map((outcome) => outcome?.code)).toEqual([undefined, undefined, 'LINK_COMMAND_FAILED']);
    expect(helped.withSettings(await helped.read({}, soon()), ['t-br']).get('t-br')).toMatchObject({
      up: true,
      arpIgnore: 1,
    });
  });

  it('can be turned into ours and back where the kernel has other defaults', async () => {
    await write(bridge, { op: 'set', name: 't-br', attributes: { bridge: { stp: true } } });
    const off: LinkOperation = {
      op: 'set',
      name: 't-br',
      attributes: { bridge: { stp: false, forwardDelay: 0 } },
    };
    expect(await write(off)).toEqual([undefined]);
    expect((await table.read({}, soon())).get('t-br')?.bridge).toMatchObject({ stp: false, forwardDelay: 0 });
    await writeFile('/proc/sys/net/ipv4/conf/t-br/arp_ignore', '2');
    expect(table.withSettings(await table.read({}, soon()), ['t-br']).get('t-br')?.arpIgnore).toBe(2);
  });
});
