import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Route, toPrimitive, VIFGeneric, VIFPortProfileOpenVSwitch } from '@vifkit/core/os-vif';
import { createVifDriver } from '@vifkit/engine';
import ovs from '@vifkit/plugin-ovs-hybrid';
import tap from '@vifkit/plugin-tap';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { request, vif } from '../support/requests.js';
import { jsonLines, runVif } from '../support/run-vif.js';

const route = new Route({ cidr: '10.0.0.0/8', interface: 'eth0' });
const generic = new VIFGeneric({
  id: vif.id,
  port_profile: new VIFPortProfileOpenVSwitch({ interface_id: vif.id, create_tap: true, create_port: true }),
});

/** Runs `vif object`, with the converters of these packages. */
function runObject(args: readonly string[], stdin: string, plugins = [ovs, tap]) {
  const guests = { forObject: () => ({ toXml: () => '' }), forBackend: () => ({ toXml: () => '' }) };
  const driver = createVifDriver({ host: memoryHost(), guests, plugins });
  return runVif(['object', ...args], { stdin, driver });
}

async function answers(args: readonly string[], ...lines: readonly unknown[]) {
  const { status, stdout, stderr, opened } = await runObject(
    ['--format', 'json', ...args],
    jsonLines(...lines),
  );
  const answers = stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  return { status, stderr, answers, opened: opened.length };
}

const data = (object: object) => toPrimitive(object)['versioned_object.data'];

describe('objects', () => {
  it('of any class are written as they were read, and nothing is loaded for it', async () => {
    const lines = [route, generic].map((object) => toPrimitive(object));
    expect(await answers([], ...lines)).toEqual({
      status: 0,
      stderr: '',
      answers: lines.map((object) => ({ object })),
      opened: 0,
    });
  });

  it('may be in requests', async () => {
    const object = toPrimitive(generic);
    for (const line of [{ ...request, vif: object }, { vif: object }]) {
      expect((await answers([], line)).answers).toEqual([{ object }]);
    }
  });

  it('may have what os-vif takes and no plug does', async () => {
    const named = { ...toPrimitive(generic), 'versioned_object.data': { vif_name: 'too long for a link\n' } };
    expect((await answers([], named)).answers).toEqual([{ object: named }]);
    expect((await answers([], { ...request, vif: named })).answers).toMatchObject([
      { error: { code: 'INVALID_OBJECT', violations: [{ path: 'vif.vif_name' }, { path: 'vif.id' }] } },
    ]);
  });

  it('may be one, over many lines', async () => {
    const { stdout } = await runObject(['--format', 'json'], JSON.stringify(route, null, 2));
    expect(JSON.parse(stdout)).toEqual({ object: toPrimitive(route) });
  });

  it('are laid out for people', async () => {
    const { stdout } = await runObject([], jsonLines(route));
    expect(stdout).toBe(`${JSON.stringify(route, null, 2)}\n`);
    const hostile = { ...toPrimitive(route), 'versioned_object.data': { interface: '\u009b2J\u202e\0' } };
    const { stdout: safe } = await runObject([], jsonLines(hostile));
    expect(safe).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(JSON.parse(safe)).toEqual(hostile);
  });

  it('are many', async () => {
    const lines = Array.from({ length: 2000 }, (_, i) =>
      toPrimitive(new Route({ cidr: `10.${i >> 8}.${i & 255}.0/24` })),
    );
    const { answers: all, status } = await answers([], ...lines);
    expect(status).toBe(0);
    expect(all).toEqual(lines.map((object) => ({ object })));
  });
});

describe('VIFs of the network model', () => {
  it.each<[string, object]>([
    ['alone', vif],
    ['in a request', request],
    ['in a request without an instance', { vif }],
  ])('%s are converted', async (_, line) => {
    const { answers: converted, opened } = await answers([], line);
    expect(opened).toBe(1);
    expect(converted).toMatchObject([
      {
        object: {
          'versioned_object.name': 'VIFBridge',
          'versioned_object.data': { id: vif.id, plugin: 'ovs', bridge_name: 'qbr29755d96-99' },
        },
      },
    ]);
  });

  it('are refused by code where there is no converter', async () => {
    const { status, answers: refused } = await answers(
      [],
      { ...vif, type: 'tap' },
      { ...vif, type: 'unheard_of' },
      { ...vif, type: undefined },
      { ...vif, address: 'no' },
    );
    expect(status).toBe(1);
    expect(refused).toMatchObject([
      { id: vif.id, error: { code: 'NO_CONVERTER', message: expect.stringContaining("'tap'") } },
      { id: vif.id, error: { code: 'UNSUPPORTED_VIF_TYPE' } },
      { id: vif.id, error: { code: 'VIF_TYPE_MISSING' } },
      { id: vif.id, error: { code: 'INVALID_VIF' } },
    ]);
  });
});

describe('lines that are invalid', () => {
  it('have an error in their place, with an id where there is one', async () => {
    const object = toPrimitive(route);
    const unknown = { ...object, 'versioned_object.name': 'Rout' };
    const bad = { ...toPrimitive(generic), 'versioned_object.data': { id: vif.id, address: 'no' } };
    const { status, answers: all } = await answers([], unknown, object, bad, { ...request, vif: bad }, 7, {
      id: 'empty',
      vif: null,
    });
    expect(status).toBe(1);
    expect(all).toMatchObject([
      { error: { code: 'UNKNOWN_OBJECT' } },
      { object },
      { id: vif.id, error: { code: 'INVALID_OBJECT', violations: [{ path: 'address' }] } },
      { id: request.id, error: { code: 'INVALID_OBJECT', violations: [{ path: 'vif.address' }] } },
      { error: { code: 'INVALID_REQUEST' } },
      { id: 'empty', error: { code: 'INVALID_REQUEST' } },
    ]);
    expect(all.map((each) => Object.keys(each).join())).toEqual([
      'error',
      'object',
      'id,error',
      'id,error',
      'error',
      'id,error',
    ]);
  });

  it('go to standard error, for people', async () => {
    const { status, stdout, stderr } = await runObject([], jsonLines({ ...vif, type: 'tap' }, route));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^vif: NO_CONVERTER: .*\n$/);
    expect(JSON.parse(stdout)).toEqual(toPrimitive(route));
  });
});

describe('with --manifest', () => {
  const manifest = { VIFPortProfileOpenVSwitch: '1.2' };
  const older = {
    object: {
      'versioned_object.data': {
        ...data(generic),
        port_profile: {
          'versioned_object.name': 'VIFPortProfileOpenVSwitch',
          'versioned_object.namespace': 'os_vif',
          'versioned_object.version': '1.2',
          'versioned_object.data': { interface_id: vif.id },
        },
      },
    },
  };

  it('objects are written in the versions that it has, those inside others, too', async () => {
    const { answers: written } = await answers(['--manifest', JSON.stringify(manifest)], generic, route);
    expect(written).toMatchObject([older, { object: toPrimitive(route) }]);
    expect(written[0].object).toEqual({ ...toPrimitive(generic), ...older.object });
  });

  it('the manifest may be in a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vif-cli-'));
    try {
      const file = join(folder, 'manifest.json');
      await writeFile(file, JSON.stringify(manifest));
      expect((await answers(['--manifest', file], generic)).answers).toMatchObject([older]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ['{', 'JSON'],
    ['/nonexistent/manifest.json', 'ENOENT'],
    ['{"VIFBridge": 1}', 'VIFBridge'],
    ['{"VIFPortProfileOpenVSwitch": "1.99"}', '1.99'],
  ])('is wrong usage when the manifest is %s', async (given, why) => {
    const { status, stdout, stderr } = await runObject(['--manifest', given], jsonLines(route));
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^vif: INVALID_OPTIONS: The option --manifest /);
    expect(stderr).toContain(why);
  });
});

it('is nothing for nothing', async () => {
  expect(await runObject([], '\n')).toMatchObject({ status: 0, stdout: '', stderr: '', opened: [] });
});
