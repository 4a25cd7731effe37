import { execFileSync } from 'node:child_process';
import { Deadline } from '@vifkit/engine/time';
import { makeNamespace, type Namespace, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NftFilterTable } from '../../src/port-security/nft-filter-table.js';

const soon = () => new Deadline(20_000).signal;
const table = new NftFilterTable();
const write = async (...changes: Parameters<NftFilterTable['write']>[0]) =>
  (await table.write(changes, soon())).map((outcome) => outcome?.message);
const nft = (...args: string[]) => execFileSync('nft', args, { encoding: 'utf8', stdio: 'pipe' });

const mac = 'fa:16:3e:00:00:01';
const one = { mac, addresses: ['192.0.2.5', '2001:db8::5'] };
const other = { mac: 'fa:16:3e:00:00:02', addresses: [] };

beforeAll(requireOwnNetwork);
afterEach(() => {
  nft('flush', 'ruleset');
});

describe("the kernel's filters of guests", () => {
  it('come with the first guest and go with the last, and touch no other table', async () => {
    nft('add', 'table', 'inet', 'others');
    expect([...(await table.read(soon())).guests]).toEqual([]);
    expect(await write({ name: 'tap0', filter: one })).toEqual([undefined]);
    expect(await write({ name: 'tap1', filter: other })).toEqual([undefined]);
    expect(Object.fromEntries((await table.read(soon())).guests)).toEqual({ tap0: one, tap1: other });
    expect(await write({ name: 'tap0', filter: undefined }, { name: 'none', filter: undefined })).toEqual([
      undefined,
      undefined,
    ]);
    expect(Object.fromEntries((await table.read(soon())).guests)).toEqual({ tap1: other });
    await write({ name: 'tap1', filter: undefined });
    expect(nft('list', 'tables').trim()).toBe('table inet others');
  });

  it('are changed without a rule being touched', async () => {
    await write({ name: 'tap0', filter: one });
    const rules = () => nft('-a', 'list', 'table', 'bridge', 'vifkit').match(/^.*(drop|jump|accept).*$/gm);
    const before = rules();
    await write(
      { name: 'tap1', filter: other },
      { name: 'tap0', filter: { ...one, addresses: ['192.0.2.6'] } },
    );
    expect(rules()).toEqual(before);
    expect((await table.read(soon())).guests.get('tap0')?.addresses).toEqual(['192.0.2.6']);
  });

  it('are left as they are when one cannot be made', async () => {
    await write({ name: 'tap0', filter: one });
    const [first, second] = await table.write(
      [
        { name: 'tap1', filter: other },
        { name: 'tap2', filter: { mac: 'no MAC', addresses: [] } },
      ],
      soon(),
    );
    expect([first?.code, second?.code]).toEqual(['FILTER_FAILED', 'FILTER_FAILED']);
    expect(Object.fromEntries((await table.read(soon())).guests)).toEqual({ tap0: one });
  });

  it('need the program', async () => {
    const elsewhere = new NftFilterTable(['no-such-helper']);
    await expect(elsewhere.read(soon())).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
  });
});

describe('a guest on a bridge', () => {
  let guest: Namespace;

  beforeEach(async () => {
    guest = await makeNamespace();
    const lines = [
      'link add name t-br type bridge forward_delay 0',
      'link set dev t-br up',
      'address add 192.0.2.1/24 dev t-br',
      'address add 2001:db8::1/64 dev t-br nodad',
      'link add name t-tap type veth peer name eth0',
      'link set dev t-tap master t-br up',
    ];
    for (const line of lines) execFileSync('ip', line.split(' '));
    await guest.moveLink('eth0');
    await guest.run('ip', 'link', 'set', 'dev', 'eth0', 'address', mac, 'up');
    await guest.run('ip', 'address', 'add', '192.0.2.5/24', 'dev', 'eth0');
    await guest.run('ip', 'address', 'add', '2001:db8::5/64', 'dev', 'eth0', 'nodad');
    await write({ name: 't-tap', filter: one });
  });
  afterEach(async () => {
    // By name: the kernel takes its time to remove links along with their namespace.
    for (const name of ['t-tap', 't-br']) execFileSync('ip', ['link', 'delete', 'dev', name]);
    await guest.close();
  });

  // A neighbour that was looked for in vain is looked for anew only after a while.
  const patience = { timeout: 15_000 };
  const reaches = (address: string, ...options: string[]) =>
    guest.run('ping', '-c', '1', '-W', '1', ...options, address).then(
      () => true,
      () => false,
    );

  it('sends as itself', async () => {
    await expect.poll(() => reaches('192.0.2.1'), patience).toBe(true);
    await expect.poll(() => reaches('2001:db8::1'), patience).toBe(true);
  });

  it('sends with no other IP address', async () => {
    await guest.run('ip', 'address', 'add', '192.0.2.66/24', 'dev', 'eth0');
    await guest.run('ip', 'address', 'add', '2001:db8::66/64', 'dev', 'eth0', 'nodad');
    await expect.poll(() => reaches('192.0.2.1'), patience).toBe(true);
    expect(await reaches('192.0.2.1', '-I', '192.0.2.66')).toBe(false);
    expect(await reaches('2001:db8::1', '-I', '2001:db8::66')).toBe(false);
    await write({ name: 't-tap', filter: { mac, addresses: [] } });
    await expect.poll(() => reaches('192.0.2.1', '-I', '192.0.2.66'), patience).toBe(true);
  });

  it('sends with no other MAC address', async () => {
    await guest.run('ip', 'link', 'set', 'dev', 'eth0', 'address', 'fa:16:3e:00:00:99');
    expect(await reaches('192.0.2.1')).toBe(false);
    await write({ name: 't-tap', filter: undefined });
    await expect.poll(() => reaches('192.0.2.1'), patience).toBe(true);
  });
});
