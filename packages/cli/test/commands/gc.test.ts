import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { VifError } from '@vifkit/core';
import type { GcOptions, GcResult, Settled } from '@vifkit/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeDriver } from '../support/fake-driver.js';
import { jsonLines, runVif } from '../support/run-vif.js';

const [one, two] = ['9b2d1e63-704c-4c9f-8e1d-306f8ba25d02', '29755d96-994b-4ad9-9e3c-8d5a1b7f0c11'];
const differences = [{ attribute: 'exists', expected: false, actual: true }];
const removed: Settled<GcResult> = {
  ok: true,
  value: { id: one, changes: [{ kind: 'linkAbsent', name: 'tap1', differences }] },
};
const shared: Settled<GcResult> = {
  ok: true,
  value: { id: null, changes: [{ kind: 'ovsBridgeAbsent', name: 'br-int', differences }] },
};
const failed: Settled<GcResult> = {
  ok: false,
  id: null,
  error: new VifError('OVSDB_UNREACHABLE', 'No server'),
};

async function gc(args: readonly string[], stdin = '', results: readonly Settled<GcResult>[] = []) {
  const asked: GcOptions[] = [];
  const driver = fakeDriver({
    gc: async (options) => {
      asked.push(options);
      return [...results];
    },
  });
  return { ...(await runVif(['gc', ...args], { stdin, driver })), asked };
}

describe('the VIFs that are kept', () => {
  it('are waited for as long as the command may take, and nothing is removed then', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'vif-cli-')), 'pipe');
    execFileSync('mkfifo', [file]);
    const { status, stderr, opened } = await runVif(['gc', '--keep', file, '--timeout', '0.1']);
    expect({ status, opened }).toEqual({ status: 1, opened: [] });
    expect(stderr).toBe(`vif: TIMEOUT: The deadline passed while reading '${file}'\n`);
    await rm(dirname(file), { recursive: true });
  });

  const object = { 'versioned_object.name': 'VIFBridge', 'versioned_object.data': { id: two } };
  it.each([
    ['ids', `${one}\n\n  ${two}\r\n`],
    ['requests, by their VIFs', jsonLines({ id: 'port-1', vif: { id: one } }, { vif: object })],
    ['VIFs and os-vif objects', jsonLines({ id: one, type: 'tap' }, object)],
  ])('may be given as %s', async (_, stdin) => {
    const { status, asked } = await gc(['--keep', '-'], stdin);
    expect({ status, keep: asked[0]?.keep }).toEqual({ status: 0, keep: [one, two] });
  });

  it('are on any of several lists', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vif-cli-'));
    const file = join(folder, 'ids');
    await writeFile(file, one);
    const { asked } = await gc(['--keep', file, '--keep', '-'], two);
    expect(asked[0]?.keep).toEqual([one, two]);
    expect(await gc(['--keep', '-', '--keep', file])).toMatchObject({ status: 2, asked: [] });
    expect(await gc(['--keep', '-', '--keep', '-'], two)).toMatchObject({ asked: [{ keep: [two] }] });
    await rm(folder, { recursive: true });
  });

  it('may be one request over many lines', async () => {
    const { asked } = await gc(['--keep', '-'], JSON.stringify({ vif: { id: one } }, null, 2));
    expect(asked[0]?.keep).toEqual([one]);
  });

  it('may be none, if that is said', async () => {
    const { asked } = await gc(['--keep-none', '--dry-run']);
    expect(asked).toMatchObject([{ keep: 'none', dryRun: true }]);
  });

  it.each([
    ['an empty file', '\n \n', /list of VIFs to keep is empty.*--keep-none/],
    ['a line that is no id', `${one}\nport-2\n`, /"port-2"/],
    ['a line that is no JSON', `${jsonLines({ id: one })}${two}\n`, /Line 2/],
    ['a VIF without an id', jsonLines({ vif: { type: 'tap' } }), /a VIF without an id/],
    [
      'the label of a request',
      jsonLines({ id: one, vif: null }),
      /where the id of a VIF should be|without an id/,
    ],
  ])('are invalid as %s, and nothing is done', async (_, stdin, message) => {
    const { status, stderr, asked } = await gc(['--keep', '-'], stdin);
    expect({ status, asked }).toEqual({ status: 2, asked: [] });
    expect(stderr).toMatch(message);
  });

  it.each([[[]], [['--keep', '-', '--keep-none']], [['--keep', '/no/such/file']]])(
    'have to be said: not %j',
    async (args) => {
      const { status, asked } = await gc(args, one);
      expect({ status, asked }).toEqual({ status: 2, asked: [] });
    },
  );

  describe('in a file', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'vif-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    it('are read from there', async () => {
      await writeFile(join(folder, 'vifs'), one);
      expect((await gc(['--keep', join(folder, 'vifs')])).asked[0]?.keep).toEqual([one]);
    });
  });
});

describe('what was removed', () => {
  it('is reported in a line a VIF, with what was shared and what failed', async () => {
    const { status, stdout } = await gc(['--keep-none', '--format', 'json'], '', [removed, shared, failed]);
    expect(status).toBe(1);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { id: one, changes: [{ kind: 'linkAbsent', name: 'tap1', differences }] },
      { id: null, changes: [{ kind: 'ovsBridgeAbsent', name: 'br-int', differences }] },
      { id: null, error: { code: 'OVSDB_UNREACHABLE', message: 'No server' } },
    ]);
  });

  it('is drawn for people', async () => {
    const { status, stdout } = await gc(['--keep-none'], '', [removed, shared]);
    expect(status).toBe(0);
    expect(stdout).toBe(`${one}  removed\n└─ - link tap1\nshared by VIFs  removed\n└─ - OVS bridge br-int\n`);
    expect((await gc(['--keep-none', '--dry-run'], '', [removed])).stdout).toContain('would be removed');
    const forgotten: Settled<GcResult> = { ok: true, value: { id: two, changes: [], isForgotten: true } };
    expect((await gc(['--keep-none'], '', [forgotten])).stdout).toContain('- record of its plug');
  });

  it('may be nothing', async () => {
    expect(await gc(['--keep-none'])).toMatchObject({ status: 0, stdout: '✓ nothing to remove\n' });
    expect(await gc(['--keep-none', '--format', 'json'])).toMatchObject({ status: 0, stdout: '' });
  });

  it('is a failure where something was left', async () => {
    const { status, stderr } = await gc(['--keep-none'], '', [removed, failed]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'vif: OVSDB_UNREACHABLE: No server\n' });
  });
});
