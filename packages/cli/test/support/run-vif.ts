import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { PluginPackage } from '@vifkit/core';
import { run } from '../../src/program.js';
import type { Driver, DriverSettings, Environment } from '../../src/settings/environment.js';
import { fakeDriver } from './fake-driver.js';
import { MemoryOutput } from './memory-output.js';

interface Given {
  readonly stdin?: string | Uint8Array;
  readonly driver?: Driver;
  readonly openDriver?: (settings: DriverSettings) => Promise<Driver>;
  readonly plugins?: readonly PluginPackage[];
  readonly examineHost?: Environment['examineHost'];
  readonly signals?: EventEmitter;
  readonly env?: NodeJS.ProcessEnv;
  readonly configFolder?: string;
  readonly stdout?: MemoryOutput;
  /** Whether both outputs are terminals. */
  readonly terminal?: boolean;
}

/** Runs a command line in this process, on a fake driver. */
export async function runVif(args: readonly string[], given: Given = {}) {
  const { stdin = '', driver = fakeDriver(), plugins = [], terminal = false } = given;
  const { stdout = new MemoryOutput(terminal) } = given;
  const stderr = new MemoryOutput(terminal);
  const opened: DriverSettings[] = [];
  const status = await run(args, {
    stdin: async function* () {
      yield stdin;
    },
    stdout,
    stderr,
    signals: given.signals ?? new EventEmitter(),
    env: given.env ?? {},
    configFolder: given.configFolder,
    ownFile: (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'),
    openDriver: async (settings) => {
      opened.push(settings);
      return given.openDriver ? given.openDriver(settings) : driver;
    },
    openCommands: async () => ({
      run: async () => ({ exitCode: undefined, stdout: '', stderr: '', missing: true }),
    }),
    plugins: async () => plugins,
    examineHost: given.examineHost ?? (async () => []),
  });
  return { status, stdout: stdout.text, stderr: stderr.text, opened };
}

/** Requests as JSON Lines. */
export function jsonLines(...requests: readonly unknown[]): string {
  return requests.map((request) => `${JSON.stringify(request)}\n`).join('');
}
