import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MemoryHost } from '@vifkit/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runVif } from '../../packages/cli/test/support/run-vif.js';
import { driverFor, hybrid, idOf, start } from './start.js';

let host: MemoryHost;
let folder: string;

beforeEach(async () => {
  ({ host } = start());
  folder = await mkdtemp(join(tmpdir(), 'hook-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Each command has a driver of its own, as processes do. */
const vif = (args: readonly string[], stdin = '') =>
  runVif(args, { stdin, openDriver: async () => driverFor(host) });

const begin = ['hook', 'guest', 'prepare', 'begin', '-'];

/** As libvirt calls it: the domain's XML has the requests. */
function hook(operation: string, subOperation: string, ...requests: readonly object[]) {
  return vif(['hook', 'guest', operation, subOperation, '-'], domainXml(...requests));
}

function domainXml(...requests: readonly object[]): string {
  const quoted = requests.map((request) => `<request>${JSON.stringify(request)}</request>`).join('');
  const metadata =
    requests.length > 0 ? `<metadata><vifs xmlns="urn:vifkit:domain:1">${quoted}</vifs></metadata>` : '';
  return `<domain><name>guest</name><uuid>1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502</uuid>${metadata}</domain>`;
}

/** Brings the host to these VIFs by files. */
async function apply(numbers: readonly number[], ...args: readonly string[]) {
  const files = await mkdtemp(join(folder, 'vifs-'));
  await Promise.all(
    numbers.map((number) => writeFile(join(files, `${number}.json`), JSON.stringify(hybrid(number)))),
  );
  return vif(['apply', files, ...args, ...(numbers.length === 0 ? ['--none'] : [])]);
}

/** Who keeps what plugged, as `vif list` tells. */
async function managers(): Promise<Record<string, string | undefined>> {
  const { stdout } = await vif(['list', '--format', 'json']);
  const listed = stdout.split('\n').filter(Boolean);
  return Object.fromEntries(
    listed.map((line) => JSON.parse(line)).map(({ id, managedBy }) => [id, managedBy]),
  );
}

describe("the hook's VIFs", () => {
  it.each([
    ['that it plugs before a guest starts', 'prepare'],
    ['that it plugs before a guest is restored', 'restore'],
    ['that it plugs before a guest arrives', 'migrate'],
    ['that it finds plugged when libvirt restarts', 'reconnect'],
  ])('are its own: those %s', async (_, operation) => {
    expect(await hook(operation, 'begin', hybrid(1))).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(await managers()).toEqual({ [idOf(1)]: 'vif hook' });
    expect((await vif(['list'])).stdout).toMatch(/MANAGER.*\n.*vif hook/);
  });

  it('are listed no more once their guest is gone', async () => {
    await hook('prepare', 'begin', hybrid(1));
    expect(await hook('release', 'end', hybrid(1))).toMatchObject({ status: 0, stderr: '' });
    expect(await managers()).toEqual({});
  });

  it('are listed no more if one of them could not be plugged', async () => {
    const bad = { ...hybrid(2), vif: { ...hybrid(2).vif, type: 'unheard-of' } };
    expect(await hook('prepare', 'begin', hybrid(1), bad)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('UNSUPPORTED_VIF_TYPE'),
    });
    expect(await managers()).toEqual({});
  });

  it('are listed no more if the time was over before all were plugged', async () => {
    host.commands.end('mm-ctl', 'hang');
    const slow = { ...hybrid(2), vif: { ...hybrid(2).vif, type: 'midonet' } };
    const times = ['--timeout', '0.5', '--undo-timeout', '0.4'];
    expect(await vif([...begin, ...times], domainXml(hybrid(1), slow))).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/The deadline passed while running mm-ctl .*Undoing had 0.4 s/),
    });
    expect(await managers()).toEqual({});
  });

  it('are none for a domain without requests, for which nothing is opened', async () => {
    expect(await hook('prepare', 'begin')).toMatchObject({ status: 0, opened: [] });
  });

  it.each([[[]], [[2]]])('are left alone by an apply of files without them: %j', async (numbers) => {
    await hook('prepare', 'begin', hybrid(1));
    expect(await apply(numbers)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('0 unplugged, 0 failed, 1 left alone\n'),
    });
    expect(await managers()).toMatchObject({ [idOf(1)]: 'vif hook' });
  });

  it('go by an apply of all that carries our mark', async () => {
    await hook('prepare', 'begin', hybrid(1));
    await apply([], '--prune', 'all');
    expect(await managers()).toEqual({});
  });

  it('go by a garbage collection that is not told to keep them', async () => {
    await hook('prepare', 'begin', hybrid(1), hybrid(2));
    const kept = join(folder, 'kept');
    await writeFile(kept, `${idOf(1)}\n`);
    expect(await vif(['gc', '--keep', kept])).toMatchObject({ status: 0 });
    expect(await managers()).toEqual({ [idOf(1)]: 'vif hook' });
  });
});

describe('a VIF of the hook and of apply', () => {
  it('is of whoever plugged it last, and apply reports that it takes it over', async () => {
    await hook('prepare', 'begin', hybrid(1));
    expect((await apply([1, 2], '--dry-run')).stdout).toMatch(/0 failed, 1 to take over from vif hook\n$/);
    expect(await managers()).toEqual({ [idOf(1)]: 'vif hook' });
    expect((await apply([1, 2])).stdout).toMatch(/0 failed, 1 taken over from vif hook\n$/);
    expect(await managers()).toEqual({ [idOf(1)]: 'vif apply', [idOf(2)]: 'vif apply' });
    expect((await apply([1, 2])).stdout).toBe('2 wanted: 0 plugged, 0 unplugged, 0 failed\n');
    await hook('prepare', 'begin', hybrid(1));
    expect((await apply([2])).stdout).toContain('1 left alone');
    expect(await managers()).toEqual({ [idOf(1)]: 'vif hook', [idOf(2)]: 'vif apply' });
  });

  it('is not taken over by an apply that cannot plug it', async () => {
    await hook('prepare', 'begin', hybrid(1));
    host.links.kernel.links.delete(`qbr${idOf(1).slice(0, 11)}`);
    host.failAt(1);
    expect(await apply([1])).toMatchObject({
      status: 1,
      stdout: '1 wanted: 0 plugged, 0 unplugged, 1 failed\n',
    });
    expect(await managers()).toEqual({ [idOf(1)]: 'vif hook' });
  });
});
