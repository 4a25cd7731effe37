import { expect, it } from 'vitest';
import { netlinkWrites } from '../../src/bed/netlink-requests.js';
import { requireOwnNetwork } from '../../src/bed/network-namespace.js';
import { traceProgram } from '../../src/bed/system-trace.js';

requireOwnNetwork();

const shell = (script: string) => traceProgram(['sh', '-c', script]);

it('distinguishes netlink requests that read and those that write', async () => {
  const reading = await traceProgram(['ip', 'link', 'show']);
  expect(reading.netlink.RTM_GETLINK).toBeGreaterThan(0);
  expect(netlinkWrites(reading.netlink)).toBe(0);
  const writing = await traceProgram(['ip', 'link', 'add', 'name', 'traced0', 'type', 'bridge']);
  expect(netlinkWrites(writing.netlink)).toBe(1);
  const set = await traceProgram(['ip', 'link', 'set', 'dev', 'traced0', 'up']);
  expect(netlinkWrites(set.netlink)).toBe(1);
  const deleted = await traceProgram(['ip', 'link', 'delete', 'dev', 'traced0']);
  expect(deleted.netlink).toMatchObject({ RTM_DELLINK: 1 });
});

it('sees the programs that a program starts, and settings that are written by any of them', async () => {
  const setting = '/proc/sys/net/ipv4/conf/lo/arp_ignore';
  const { started, settings } = await shell(`cat ${setting}; /bin/echo 0 | tee ${setting}; exec true`);
  expect(started.map((line) => /\["([^"]+)/.exec(line)?.[1]).sort()).toEqual([
    '/bin/echo',
    'cat',
    'tee',
    'true',
  ]);
  expect(settings).toEqual([setting]);
});

it('hands on what a program reads and prints, and how it ends', async () => {
  const ended = await traceProgram(['sh', '-c', 'cat; echo bad >&2; exit 3'], 'words');
  expect(ended).toMatchObject({ exitCode: 3, stdout: 'words', stderr: 'bad\n' });
});
