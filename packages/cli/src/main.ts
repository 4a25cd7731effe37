import { type BigIntStats, fstatSync, readFileSync } from 'node:fs';
import { loadPlugins } from './plugins/load-plugins.js';
import { run } from './program.js';
import type { Environment } from './settings/environment.js';
import { guardOutput } from './terminal/output.js';
import { examineThisHost, openCommands, openDriver } from './this-host.js';

/**
 * The command itself, for both the modules and the bundle. It sets the exit status of this process, but does not call
 * process.exit, which would truncate output that a pipe has not taken yet.
 */
export async function main(unbundled?: Environment['unbundled']): Promise<void> {
  guardOutput(process.stdout);
  guardOutput(process.stderr);
  leaveMissingFolder();

  // The status with which Node.js ends if a module waits for a promise that never settles.
  const unsettled = () => {
    process.exitCode = 13;
  };
  process.once('exit', unsettled);
  const status = await vif(unbundled);
  process.off('exit', unsettled);
  process.once('exit', endWithTerminal);
  process.exitCode = status;
}

/** Node.js aborts at its end, and leaves a core, if a terminal that it was started from is gone. */
function endWithTerminal(): void {
  if ([0, 1, 2].some(isLostTerminal)) process.kill(process.pid, 'SIGHUP');
}

function isLostTerminal(descriptor: number): boolean {
  const stats = statsOf(descriptor);
  if (!stats?.isCharacterDevice() || stats.rdev >> 8n === MEMORY_DEVICES) return false;
  return !process.getBuiltinModule('node:tty').isatty(descriptor); // loaded only if it is needed
}

/** The major number of /dev/null and the like. */
const MEMORY_DEVICES = 1n;

/** Programs cannot be started from a folder that has been removed. */
function leaveMissingFolder(): void {
  try {
    process.cwd();
  } catch {
    process.chdir('/');
  }
}

/** Runs this process's command line on this host, and resolves to its exit status. Never rejects. */
export function vif(unbundled?: Environment['unbundled']): Promise<number> {
  return run(process.argv.slice(2), {
    stdin: () => process.stdin,
    waitsForInput: isIdle,
    stdout: process.stdout,
    stderr: process.stderr,
    signals: process,
    env: process.env,
    configFolder: '/etc/vifkit',
    ownFile: (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'),
    openDriver,
    openCommands,
    plugins: loadPlugins,
    examineHost: examineThisHost,
    unbundled,
  });
}

/** Whether standard input is a terminal or /dev/null. A pipe, a file or a socket has something to read. */
function isIdle(): boolean {
  return statsOf(0)?.isCharacterDevice() ?? true;
}

/**
 * What a descriptor is of; undefined if it is closed.
 *
 * With big integers, because `fs.realpathSync` of Node.js 20 and 22 reuses the type found by the last call without
 * them: after a pipe or a socket it follows no symbolic links, and modules below such links are no longer found.
 */
function statsOf(descriptor: number): BigIntStats | undefined {
  try {
    return fstatSync(descriptor, { bigint: true });
  } catch {
    return undefined;
  }
}
