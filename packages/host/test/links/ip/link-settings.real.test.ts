import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deadline } from '@vifkit/engine/time';
import { requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readSettings, type WantedSettings, writeSettings } from '../../../src/links/ip/link-settings.js';

requireOwnNetwork();

const names = Array.from({ length: 20 }, (_, i) => `t-set${i}`);
const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' });

const folder = mkdtempSync(join(tmpdir(), 'counting-'));
const log = join(folder, 'log');
const helper = join(folder, 'helper');
/** How many arguments each process had that the helper started. */
const processes = () => readFileSync(log, 'utf8').split('\n').filter(Boolean).map(Number);

beforeAll(() => {
  writeFileSync(helper, `#!/bin/sh\necho $# >>'${log}'\nexec "$@"\n`, { mode: 0o755 });
  for (const name of names) ip('tuntap', 'add', 'dev', name, 'mode', 'tap');
});
afterAll(() => {
  for (const name of names) ip('link', 'delete', 'dev', name);
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  for (const name of names) writeFileSync(`/proc/sys/net/ipv6/conf/${name}/disable_ipv6`, '0');
  writeFileSync(log, '');
});

const off = (name: string): WantedSettings => ({ name, settings: { ipv6: false } });
const write = (wanted: readonly WantedSettings[], rootHelper = [helper]) =>
  writeSettings(wanted, new Deadline(20_000).signal, { rootHelper });
const read = (name: string) => readSettings([name]).get(name);

describe('settings below /proc/sys', () => {
  it('are written by one process a value with a root helper, however many links there are', async () => {
    const wanted = names.map((name) => ({ name, settings: { ipv6: false, arpIgnore: 8, arpAnnounce: 2 } }));
    expect(await write(wanted)).toEqual(names.map(() => undefined));
    expect(processes()).toEqual([21, 21, 21]);
    for (const { name, settings } of wanted) expect(read(name)).toEqual(settings);
  });

  it('are written by a process more where a command line would get too long', async () => {
    const wanted = Array.from({ length: 501 }, (_, i) => off(`t-set${i % 20}`));
    expect((await write(wanted)).filter(Boolean)).toEqual([]);
    expect(processes().sort()).toEqual([2, 501]);
  });

  it.each([
    ['by a root helper', [helper]],
    ['directly', []],
  ])('fail for a link alone, %s', async (_, rootHelper) => {
    const outcomes = await write([off('t-set0'), off('t-none'), off('t-set1')], rootHelper);
    expect(outcomes.map((outcome) => outcome?.code)).toEqual([undefined, 'LINK_COMMAND_FAILED', undefined]);
    expect(outcomes[1]?.message).toContain('/proc/sys/net/ipv6/conf/t-none/disable_ipv6');
    expect(['t-set0', 't-set1'].map((name) => read(name)?.ipv6)).toEqual([false, false]);
  });

  it.each([
    ['by a root helper', [helper]],
    ['directly', []],
  ])('need none of IPv6 for a link that is too small for it, %s', async (_, rootHelper) => {
    ip('link', 'set', 'dev', 't-set2', 'mtu', '1000');
    expect(await write([off('t-set2'), off('t-set3')], rootHelper)).toEqual([undefined, undefined]);
    expect(read('t-set3')?.ipv6).toBe(false);
    ip('link', 'set', 'dev', 't-set2', 'mtu', '1500');
  });

  it('all fail with what the helper says when it refuses', async () => {
    writeFileSync(join(folder, 'refusing'), '#!/bin/sh\necho not allowed >&2\nexit 1\n', { mode: 0o755 });
    const outcomes = await write([off('t-set0'), off('t-set1')], [join(folder, 'refusing')]);
    for (const outcome of outcomes) expect(outcome?.message).toContain('not allowed');
  });

  it('all fail when it is killed', async () => {
    writeFileSync(join(folder, 'killed'), '#!/bin/sh\nkill -9 $$\n', { mode: 0o755 });
    const outcomes = await write([off('t-set0'), off('t-set1')], [join(folder, 'killed')]);
    for (const outcome of outcomes) expect(outcome?.message).toContain('SIGKILL');
  });
});
