import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listLinks, requireOwnNetwork } from '@vifkit/testkit/bed';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spawnVif } from '../../packages/cli/test/support/spawn-vif.js';
import { idOf, tap } from '../gc/requests.js';

requireOwnNetwork();

let folder: string;
let vifs: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apply-'));
  vifs = join(folder, 'vifs');
  await mkdir(vifs);
});
afterEach(async () => {
  await vif('apply', '--none', '--prune', 'all', vifs, '--timeout', '20');
  for (const name of taps()) execFileSync('ip', ['link', 'delete', 'dev', name]);
  await rm(folder, { recursive: true });
});

const taps = () => listLinks().filter((name) => /^tap\d+$/.test(name));

async function vif(...args: readonly string[]) {
  const own = ['--ovsdb', `unix:${folder}/no/db.sock`, '--state-dir', join(folder, 'state')];
  const { status, stdout, stderr } = await spawnVif([...args, ...own]);
  return { status, stdout, stderr };
}

async function json(...args: readonly string[]) {
  const { status, stdout } = await vif(...args, '--format', 'json');
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { status, answers: lines.map((line) => JSON.parse(line)) };
}

const want = (number: number, name = `${number}.json`) =>
  writeFile(join(vifs, name), JSON.stringify(tap(number)));
const drop = (number: number) => rm(join(vifs, `${number}.json`));

describe('apply', () => {
  it('plugs what is in a folder, and unplugs what is there no more', async () => {
    await Promise.all([want(1), want(2), writeFile(join(vifs, 'README'), 'not a request')]);
    expect(await vif('apply', vifs)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/\n2 wanted: 2 plugged, 0 unplugged, 0 failed\n$/),
    });
    await Promise.all([drop(1), want(3)]);
    const foreseen = await json('apply', '--dry-run', vifs);
    expect(taps()).toEqual(['tap1', 'tap2']);
    const done = await json('apply', vifs);
    expect(taps()).toEqual(['tap2', 'tap3']);
    const brief = ({ answers }: typeof done) => answers.map(({ id, action }) => ({ id, action }));
    expect(brief(done)).toEqual([
      { id: 'port-1', action: 'unplug' },
      { id: 'port-2', action: 'plug' },
      { id: 'port-3', action: 'plug' },
    ]);
    expect(foreseen.answers.map(({ action }) => action)).toEqual(['unplug', 'plug', 'plug']);
    expect((await vif('apply', vifs)).stdout).toBe('2 wanted: 0 plugged, 0 unplugged, 0 failed\n');
  });

  it('leaves what others have plugged, unless all that carries our mark is to go', async () => {
    const other = join(folder, 'other.json');
    await Promise.all([want(1), want(2), writeFile(other, JSON.stringify(tap(3)))]);
    await Promise.all([vif('plug', other), vif('apply', vifs)]);
    await drop(1);
    expect(await vif('apply', vifs)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/\n1 wanted: 0 plugged, 1 unplugged, 0 failed, 1 left alone\n$/),
    });
    expect(taps()).toEqual(['tap2', 'tap3']);
    const all = await vif('apply', '--prune', 'all', vifs);
    expect(all.stdout).toMatch(/\n1 wanted: 0 plugged, 1 unplugged, 0 failed\n$/);
    expect(taps()).toEqual(['tap2']);
  });

  it('leaves what another has plugged again since, as the hook of a guest does', async () => {
    await Promise.all([want(1), want(2)]);
    await vif('apply', vifs);
    await vif('plug', join(vifs, '1.json'));
    await drop(1);
    expect((await vif('apply', vifs)).stdout).toContain('1 left alone');
    expect(taps()).toEqual(['tap1', 'tap2']);
  });

  it('leaves what has only its mark left, unless all is to go', async () => {
    await want(1);
    await vif('apply', vifs);
    await rm(join(folder, 'state'), { recursive: true });
    await Promise.all([drop(1), want(2)]);
    expect(await vif('apply', vifs)).toMatchObject({ status: 0 });
    expect(taps()).toEqual(['tap1', 'tap2']);
    expect(await vif('apply', '--prune', 'all', vifs)).toMatchObject({ status: 0 });
    expect(taps()).toEqual(['tap2']);
  });

  it('unplugs nothing with --prune none', async () => {
    await want(1);
    await vif('apply', vifs);
    await Promise.all([drop(1), want(2)]);
    await vif('apply', '--prune', 'none', vifs);
    expect(taps()).toEqual(['tap1', 'tap2']);
  });

  it.each([
    [
      'a request that cannot be read',
      () => writeFile(join(vifs, '3.json'), '{"vif": '),
      1,
      'INVALID_REQUEST',
    ],
    ['two requests of one VIF', () => want(2, 'again.json'), 2, 'has two requests'],
    ['no request at all', () => drop(2), 2, 'add --none'],
  ])('changes nothing for %s', async (_, spoil, status, message) => {
    await want(1);
    await vif('apply', vifs);
    await Promise.all([drop(1), want(2)]);
    await spoil();
    const result = await vif('apply', vifs);
    expect({ status: result.status, taps: taps() }).toEqual({ status, taps: ['tap1'] });
    expect(result.stderr).toContain(message);
  });
});

describe('what is plugged', () => {
  it('is listed, checked and unplugged without its requests', async () => {
    await Promise.all([want(1), want(2)]);
    await vif('apply', vifs);
    execFileSync('ip', ['link', 'set', 'dev', 'tap2', 'down']);
    expect((await json('list')).answers).toMatchObject([
      { id: idOf(1), type: 'tap', device: 'tap1', mac: 'fa:16:3e:10:00:01' },
      { id: idOf(2), type: 'tap', device: 'tap2', state: 'differs' },
    ]);
    const { status, answers } = await json('check', '--all');
    expect({ status, answers }).toMatchObject({
      status: 1,
      answers: [
        { id: 'port-1', differences: [] },
        { id: 'port-2', differences: [{ name: 'tap2' }] },
      ],
    });
    expect((await vif('check', '--all', '--format', 'prometheus')).stdout).toContain(
      'vifkit_vifs{state="differs"} 1\n',
    );
    expect(await vif('show', idOf(2))).toMatchObject({ status: 0, stdout: expect.stringContaining('tap2') });
    expect(await json('unplug', idOf(2), idOf(7))).toMatchObject({
      status: 0,
      answers: [{ changes: [{ name: 'tap2' }] }, { changes: [] }],
    });
    expect(await vif('check', idOf(2))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('vif list shows those that are'),
    });
  });

  it('is reported where only its mark is left', async () => {
    await want(1);
    await vif('apply', vifs);
    await rm(join(folder, 'state'), { recursive: true });
    expect((await json('list')).answers).toMatchObject([{ id: idOf(1), device: 'tap1', state: 'unknown' }]);
    expect(await json('check', '--all')).toMatchObject({
      status: 1,
      answers: [{ id: idOf(1), error: { code: 'VIF_NOT_RECORDED' } }],
    });
  });
});
