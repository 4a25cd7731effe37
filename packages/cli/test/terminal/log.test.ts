import { fstatSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { openLogger } from '../../src/terminal/log.js';
import { fakeDriver } from '../support/fake-driver.js';
import { MemoryOutput } from '../support/memory-output.js';
import { jsonLines, runVif } from '../support/run-vif.js';

async function logged(verbose: number, isTTY: boolean, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const stream = new MemoryOutput(isTTY);
  const logger = await openLogger({ verbose }, stream, env);
  logger?.debug({ link: 'tap1' }, 'step');
  logger?.info({ vif: 'a' }, 'plug');
  logger?.error({ token: 'abc', plugin: { password: 'def' } }, 'no link \u001b[2J');
  await new Promise((resolve) => setImmediate(resolve));
  return stream.text;
}

const parse = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

it('logs nothing unless asked to', async () => {
  expect(await openLogger({ verbose: 0 }, new MemoryOutput(), {})).toBeUndefined();
});

describe('at a terminal', () => {
  it('logs for people', async () => {
    const text = await logged(1, true);
    expect(text).toMatch(/INFO.*: .*plug.* \{"vif":"a"\}/);
    expect(text).not.toContain('step');
  });

  it('logs steps as well when asked twice', async () => {
    expect(await logged(2, true)).toMatch(/DEBUG.*step/);
  });

  it('escapes control characters of messages', async () => {
    expect(await logged(1, true)).toContain('no link \\u001b[2J');
  });
});

describe('elsewhere', () => {
  it('logs lines of JSON, with priorities of syslog and without secrets', async () => {
    expect(parse(await logged(2, false))).toMatchObject([
      { level: 'debug', priority: 7, name: 'vif', pid: process.pid, link: 'tap1', msg: 'step' },
      { level: 'info', priority: 6, vif: 'a', msg: 'plug', time: expect.stringMatching(/^\d{4}-.*Z$/) },
      { level: 'error', priority: 3, token: '[Redacted]', plugin: { password: '[Redacted]' } },
    ]);
  });

  it('prefixes each line with its priority, for the journal', async () => {
    const { dev, ino } = fstatSync(process.stderr.fd);
    const text = await logged(1, false, { JOURNAL_STREAM: `${dev}:${ino}` });
    expect(text).toMatch(/^<6>\{"level":"info".*\n<3>\{"level":"error".*\n$/);
    expect(await logged(1, false, { JOURNAL_STREAM: '1:1' })).toMatch(/^\{/);
  });
});

describe('--log-level', () => {
  const stdin = `${jsonLines({ id: 'a' }, { id: 'b', refuse: 'no' })}oops\n`;

  it('logs a line a request, by its id, in the place of errors as text', async () => {
    const { status, stderr } = await runVif(['config', '--log-level', 'info'], { stdin });
    expect(status).toBe(1);
    const lines = parse(stderr).sort((one, other) =>
      String(one.request).localeCompare(String(other.request)),
    );
    expect(lines).toMatchObject([
      { level: 'info', request: 'a', vif: 'a', path: 'os-vif', plugin: 'fake', msg: 'config' },
      { level: 'error', request: 'b', code: 'INVALID_VIF', msg: 'config failed: no' },
      { level: 'error', request: null, code: 'INVALID_REQUEST' },
    ]);
  });

  it('is a warning where a check finds a difference', async () => {
    const found = { id: 'a', vifId: 'a', path: 'legacy', plugin: 'tap', reason: '' } as const;
    const driver = fakeDriver({
      checkAll: async (_, options) => {
        const value = { ...found, differences: [{ kind: 'link', name: 'tap1', differences: [] }] } as never;
        options?.onResult?.({ ok: true, value }, 0);
        return [{ ok: true, value }];
      },
    });
    vi.stubEnv('VIF_LOG_LEVEL', 'warn');
    const { stderr } = await runVif(['check'], { stdin: '{"id": "a"}', driver });
    vi.unstubAllEnvs();
    expect(parse(stderr)).toMatchObject([{ level: 'warn', priority: 4, request: 'a', differences: 1 }]);
  });
});
