import { EventEmitter } from 'node:events';
import { VifError } from '@vifkit/core';
import { PlugError } from '@vifkit/engine';
import { describe, expect, it } from 'vitest';
import { largeBatch, smallBatch } from '../../src/commands/request-commands.js';
import { renderTimeline } from '../../src/terminal/timeline.js';
import { type FakeRequest, fakeDriver, listOf, timeline } from '../support/fake-driver.js';
import { jsonLines, runVif } from '../support/run-vif.js';

const parse = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);

describe('JSON', () => {
  it('has one line a request, in the order of the requests, bad lines included', async () => {
    const stdin = `${jsonLines({ id: 'a' })}oops\n${jsonLines({ id: 'b', refuse: 'no' }, { id: 'c' })}`;
    const { status, stdout, stderr } = await runVif(['plan', '--format', 'json'], { stdin });
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(parse(stdout)).toEqual([
      { id: 'a', path: 'os-vif', plugin: 'fake', steps: [] },
      { id: null, error: expect.objectContaining({ code: 'INVALID_REQUEST' }) },
      { id: 'b', error: { code: 'INVALID_VIF', message: 'no' } },
      { id: 'c', path: 'os-vif', plugin: 'fake', steps: [] },
    ]);
  });

  it.each([
    ['config', { xml: '<interface id="a"/>\n' }],
    ['plan', { steps: [] }],
    ['plug', { changes: [] }],
    ['check', { differences: [] }],
    ['unplug', { changes: [] }],
  ])('of %s has its own key', async (name, contents) => {
    const { stdout } = await runVif([name, '--format', 'json'], { stdin: '{"id": "a"}' });
    expect(parse(stdout)).toEqual([{ id: 'a', path: 'os-vif', plugin: 'fake', ...contents }]);
  });
});

describe('text', () => {
  it('is the XML alone for config, and errors go to standard error', async () => {
    const stdin = jsonLines({ id: 'a' }, { id: 'b', refuse: 'no' }, { id: 'c' });
    expect(await runVif(['config'], { stdin })).toMatchObject({
      status: 1,
      stdout: '<interface id="a"/>\n<interface id="c"/>\n',
      stderr: 'vif: INVALID_VIF: no (request b)\n',
    });
  });

  it('is a tree a request otherwise', async () => {
    const { stdout } = await runVif(['plug'], { stdin: jsonLines({ id: 'a' }, { id: 'b' }) });
    expect(stdout).toBe(
      ['a  os-vif, fake', '└─ ✓ nothing to change', 'b  os-vif, fake', '└─ ✓ nothing to change', ''].join(
        '\n',
      ),
    );
  });

  it('has colours on a terminal only', async () => {
    const introducer = '\u001b[';
    expect((await runVif(['plug'], { stdin: '{"id": "a"}' })).stdout).not.toContain(introducer);
    expect((await runVif(['plug'], { stdin: '{"id": "a"}', terminal: true })).stdout).toContain(introducer);
  });
});

describe('--timeline', () => {
  const stdin = jsonLines({ id: 'a' }, { id: 'b', refuse: 'no' });

  it.each(['plan', 'plug', 'check', 'unplug'])('adds a key to the JSON of %s', async (name) => {
    const { stdout } = await runVif([name, '--timeline', '--format', 'json'], { stdin });
    expect(parse(stdout)).toEqual([
      expect.objectContaining({ id: 'a', timeline }),
      { id: 'b', error: { code: 'INVALID_VIF', message: 'no' } },
    ]);
  });

  it('draws it below the request', async () => {
    const { stdout, stderr } = await runVif(['plug', '--timeline'], { stdin });
    expect(stdout).toBe(`a  os-vif, fake\n└─ ✓ nothing to change\n${renderTimeline(timeline)}`);
    expect(stderr).toBe('vif: INVALID_VIF: no (request b)\n');
  });

  it('draws that of a request that failed below its error', async () => {
    const cause = new VifError('TIMEOUT', 'late');
    const driver = fakeDriver({
      plugAll: async (_, { onResult } = {}) => {
        onResult?.({ ok: false, id: 'a', error: new PlugError('a', cause, undefined, [], timeline) }, 0);
        return [];
      },
    });
    const { stderr } = await runVif(['plug', '--timeline'], { stdin: jsonLines({ id: 'a' }), driver });
    expect(stderr).toMatch(/^vif: PLUG_FAILED: .*\n/);
    expect(stderr.endsWith(`\n${renderTimeline(timeline)}`)).toBe(true);
  });
});

describe('many requests', () => {
  const total = 2 * largeBatch + 1;
  const stdin = jsonLines(...Array.from({ length: total }, (_, i): FakeRequest => ({ id: `r${i}` })));
  const sizes: number[] = [];
  const { plugAll } = fakeDriver();
  const driver = fakeDriver({
    plugAll: (requests, options) => {
      sizes.push(listOf(requests).length);
      return plugAll(requests, options);
    },
  });

  it('are done in batches, and answered in order', async () => {
    sizes.length = 0;
    const { status, stdout, stderr } = await runVif(['plug', '--format', 'json'], {
      stdin,
      driver,
      terminal: true,
    });
    expect({ status, stderr, sizes }).toEqual({ status: 0, stderr: '', sizes: [largeBatch, largeBatch, 1] });
    expect(parse(stdout).map((line) => (line as FakeRequest).id)).toEqual(
      Array.from({ length: total }, (_, i) => `r${i}`),
    );
  });

  it('are answered piece by piece where the host is hardly asked', async () => {
    const pieces: number[] = [];
    const { configAll } = fakeDriver();
    await runVif(['config', '--format', 'json'], {
      stdin,
      driver: fakeDriver({
        configAll: (requests, options) => {
          pieces.push(listOf(requests).length);
          return configAll(requests, options);
        },
      }),
    });
    expect(Math.max(...pieces)).toBe(smallBatch);
    expect(pieces.reduce((sum, size) => sum + size, 0)).toBe(total);
  });

  it('are called off between batches, though none of them waits for anything', async () => {
    const signals = new EventEmitter();
    const aborted: boolean[] = [];
    const { configAll } = fakeDriver();
    await runVif(['config', '--format', 'json'], {
      stdin,
      signals,
      driver: fakeDriver({
        configAll: (requests, options) => {
          if (aborted.length === 0) setImmediate(() => signals.emit('SIGINT', 'SIGINT'));
          aborted.push(options?.signal?.aborted ?? false);
          return configAll(requests, options);
        },
      }),
    });
    expect(aborted.slice(0, 2)).toEqual([false, true]);
  });

  it('have a progress bar on a terminal, which is gone in the end', async () => {
    const { stderr } = await runVif(['plug'], { stdin, driver, terminal: true });
    expect(stderr).toContain(`plug ${'░'.repeat(30)} 0/${largeBatch}+`);
    expect(stderr).toContain(` ${2 * largeBatch}/${2 * largeBatch}+  `);
    expect(stderr).toContain(` ${2 * largeBatch}/${total}  `);
    expect(stderr.split('\r\u001b[2K').at(-1)).toMatch(
      /^vif: plug: 0 plugged, \d+ as they were, 0 failed, in [\d.]+ s\n$/,
    );
  });

  it('have none elsewhere, nor do few have one', async () => {
    expect((await runVif(['plug'], { stdin, driver })).stderr).toBe('');
    expect((await runVif(['plug'], { stdin: '{"id": "a"}', driver, terminal: true })).stderr).toBe('');
  });
});
