import { execFileSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVifDriver } from '@vifkit/engine';
import { openHost } from '@vifkit/host';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import fc from 'fast-check';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { loadPlugins, optionSources } from '../../packages/cli/src/plugins/load-plugins.js';
import { run } from '../../packages/cli/src/program.js';
import { hostOptions } from '../../packages/cli/src/settings/settings.js';
import { examineThisHost } from '../../packages/cli/src/this-host.js';
import { MemoryOutput } from '../../packages/cli/test/support/memory-output.js';
import { rounds } from '../thorough.js';
import { type CommandLine, commandLines } from './command-lines.js';
import { faultsOf } from './judge-outcome.js';
import { recordedHost } from './recorded-host.js';

const LINES = rounds(1_000, 3_000);

const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
const files = { pipe: join(folder, 'pipe.js'), folder: join(folder, 'x'), noise: join(folder, 'noise.js') };
execFileSync('mkfifo', [files.pipe]);
execFileSync('mkdir', [files.folder]);
writeFileSync(files.noise, Buffer.from([0xff, 0xfe, 0, 1, 2]));

const rejections: unknown[] = [];
const note = (error: unknown) => rejections.push(error);
process.on('unhandledRejection', note);

afterEach(() => vi.unstubAllEnvs());
afterAll(() => {
  process.off('unhandledRejection', note);
  rmSync(folder, { recursive: true });
});

/** Runs a command line on a host in memory, which is opened as this machine's is. */
async function runInMemory({ args, env, config, stdin }: CommandLine) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const { host, given } = recordedHost();
  const [stdout, stderr] = [new MemoryOutput(), new MemoryOutput()];
  const file = join(folder, 'vif.json');
  if (config !== undefined) writeFileSync(file, config);
  const status = await run([...args, ...(config === undefined ? [] : ['--config', file])], {
    stdin: async function* () {
      yield stdin;
    },
    stdout,
    stderr,
    signals: new EventEmitter(),
    env,
    ownFile: (path) => readFileSync(new URL(`../../packages/cli/${path}`, import.meta.url), 'utf8'),
    async openDriver(settings) {
      await openHost(hostOptions(settings)).close();
      const plugins = await loadPlugins(settings);
      const options = await optionSources(settings, env, plugins);
      const { routing } = settings;
      return createVifDriver({ host, guests: new LibvirtGuestConfigurator(), plugins, options, routing });
    },
    openCommands: async () => ({
      run: async () => ({ exitCode: undefined, stdout: '', stderr: '', missing: true }),
    }),
    plugins: loadPlugins,
    examineHost: examineThisHost,
  });
  vi.unstubAllEnvs();
  return { status, stdout: stdout.text, stderr: stderr.text, written: given };
}

it('answers random command lines with a status, and errors with a code', {
  timeout: 300_000,
}, async () => {
  const statuses = new Map<number, number>();
  const codes = new Set<string>();
  for (const line of fc.sample(commandLines(files), { numRuns: LINES, seed: 11 })) {
    const began = performance.now();
    const { status, stdout, stderr, written } = await runInMemory(line);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const isJson = /--format json/.test(line.args.join(' ')) && !/help|version/.test(line.args.join(' '));
    const told = line.args.includes('explain') ? stderr : stdout + stderr;
    for (const [, code = ''] of told.matchAll(/(?:vif: |"code":")([A-Z]+_[A-Z_]+)/g)) codes.add(code);
    const faults = faultsOf({ status, stdout, stderr }, isJson && status !== 0);
    if (performance.now() - began > 5_000) faults.push('late');
    if (status === 2 && stdout === '' && written.length > 0) faults.push('written though refused');
    expect({ faults, line: faults.length > 0 ? line : null }).toEqual({ faults: [], line: null });
  }
  console.info(`Random command lines: ${LINES}, by status:`, Object.fromEntries(statuses), [...codes].sort());
  expect([...statuses.keys()].sort()).toEqual([0, 1, 2]);
  expect(rejections).toEqual([]);
});
