import { type Logger, VifError } from '@vifkit/core';
import { describe, expect, it, vi } from 'vitest';
import { benchWith } from './support/bench.js';
import { pluginOf, Taps } from './support/plugins.js';
import { instance, modelVif, objectRequest, vifId } from './support/requests.js';

type Line = readonly [level: string, fields: object, message: string];

/** A logger that keeps what it is told. */
function memoryLogger() {
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push([level, fields, message]);
  };
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { lines, logger };
}

const twice = pluginOf('twice', () => [
  { kind: 'link', name: 'tap1', create: { type: 'tap' } },
  { kind: 'link', name: 'br1', create: { type: 'bridge' } },
  { kind: 'link', name: 'tap1', set: { mtu: 1400 }, create: { type: 'tap' } },
]);
const milliseconds = expect.any(Number);
/** The part of the request that took longest. */
const slowest = expect.objectContaining({ phase: expect.any(String), milliseconds });

describe('the log', () => {
  it('has one line a plug and unplug', async () => {
    const { lines, logger } = memoryLogger();
    const { driver } = benchWith([Taps], { logger });
    await driver.plug(objectRequest(1));
    await driver.plug(objectRequest(1));
    await driver.unplug({ id: 'port 7', ...objectRequest(1) });
    const common = { vif: vifId(1), path: 'os-vif', plugin: 'taps', steps: 1, milliseconds, slowest };
    expect(lines.filter(([level]) => level !== 'debug')).toEqual([
      ['info', { ...common, request: vifId(1), changes: 1 }, 'plug'],
      ['info', { ...common, request: vifId(1), changes: 0 }, 'plug'],
      ['info', { ...common, request: 'port 7', changes: 1 }, 'unplug'],
    ]);
  });

  it('warns of what one should know of a step', async () => {
    const { lines, logger } = memoryLogger();
    const bridge = pluginOf('bridge', () => [{ kind: 'ovsBridge', name: 'br-int9', datapathType: 'system' }]);
    const { driver } = benchWith([bridge], { logger });
    await driver.plug(objectRequest(1, 'bridge'));
    await driver.plug(objectRequest(1, 'bridge'));
    const fields = { vif: vifId(1), step: 'ovsBridge', target: 'br-int9' };
    expect(lines.filter(([level]) => level === 'warn')).toEqual([
      ['warn', fields, expect.stringContaining('br-int9 is connected to nothing')],
    ]);
  });

  it('has a debug line a step, with what was written for it', async () => {
    const { lines, logger } = memoryLogger();
    const { driver } = benchWith([twice], {
      logger,
      links: [{ name: 'br1', type: 'bridge', alias: `vifkit:${vifId(1)}` }],
    });
    await driver.plug(objectRequest(1, 'twice'));
    const step = { vif: vifId(1), step: 'link' };
    const exists = { attribute: 'exists', expected: true, actual: false };
    expect(lines.filter(([level]) => level === 'debug')).toEqual([
      ['debug', { ...step, target: 'tap1', differences: [exists] }, 'step'],
      ['debug', { ...step, target: 'br1', differences: [] }, 'step'],
      ['debug', { ...step, target: 'tap1', differences: expect.any(Array) }, 'step'],
    ]);
  });

  it('has an error line a request that fails, with code and reason, as soon as it has', async () => {
    const { lines, logger } = memoryLogger();
    const { driver, host } = benchWith([Taps], { logger });
    host.failAt(({ what }) => what === 'add tap2');
    await driver.plugAll<unknown>([{ vif: modelVif(1), instance }, objectRequest(2), 'nothing']);
    const failed = (id: string | null, code: string, reason: string, more: object = {}) => [
      'error',
      { request: id, vif: id ?? undefined, code, milliseconds, ...more },
      expect.stringMatching(new RegExp(`^plug failed: .*${reason}`)),
    ];
    expect(lines).toHaveLength(3);
    expect(lines.slice(0, 2)).toEqual(
      expect.arrayContaining([
        failed(vifId(1), 'VIF_TYPE_MISSING', 'has no type'),
        failed(null, 'INVALID_REQUEST', 'must be a plain object'),
      ]),
    );
    expect(lines[2]).toEqual(failed(vifId(2), 'PLUG_FAILED', 'Made to fail', { slowest }));
  });

  it('warns of a record that cannot be written or removed, which fails no call', async () => {
    const { lines, logger } = memoryLogger();
    const { driver, host } = benchWith([Taps], { logger });
    const full = new VifError('JOURNAL_FAILED', 'No space left');
    if (!host.records) throw new Error('There are no records');
    vi.spyOn(host.records, 'put').mockResolvedValue(full);
    vi.spyOn(host.records, 'forget').mockResolvedValue(full);
    await driver.plug(objectRequest(1));
    await driver.unplug(objectRequest(1));
    const warning = ['warn', { vif: vifId(1), code: 'JOURNAL_FAILED' }, 'No space left'];
    expect(lines.filter(([level]) => level === 'warn')).toEqual([warning, warning]);
  });

  it('has nothing of what changes nothing', async () => {
    const { lines, logger } = memoryLogger();
    const { driver } = benchWith([Taps], { logger });
    for (const method of ['config', 'plan', 'check'] as const) await driver[method](objectRequest(1));
    await driver.planAll<unknown>(['nothing']);
    expect(lines).toEqual([]);
  });

  it('is silent without a logger', async () => {
    const writes = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
    const { driver } = benchWith([Taps]);
    await driver.plugAll<unknown>([objectRequest(1), 'nothing']);
    expect(writes.flatMap((write) => write.mock.calls)).toEqual([]);
    vi.restoreAllMocks();
  });
});
