import { fstatSync, readFileSync } from 'node:fs';
import { loadPlugins } from './plugins/load-plugins.js';
import { run } from './program.js';
import type { Environment } from './settings/environment.js';
import { guardOutput } from './terminal/output.js';
import { examineThisHost, openCommands, openDriver } from './this-host.js';

/**
 * The command itself, of the modules and of the bundle alike: it sets the exit status of this process.
 * Not by process.exit, which would cut off what a pipe has not taken yet.
 */
export async function main(unbundled?: Environment['unbundled']): Promise<void> {
  guardOutput(process.stdout);
  guardOutput(process.stderr);

  // What Node.js itself ends with where a module waits for what never settles.
  const unsettled = () => {
    process.exitCode = 13;
  };
  process.once('exit', unsettled);
  const status = await vif(unbundled);
  process.off('exit', unsettled);
  process.exitCode = status;
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

/**
 * A terminal, or /dev/null: a pipe, a file or a socket has what is to be read.
 *
 * With big integers, as `fs.realpathSync` of Node.js 20 and 22 looks at the type that the last call without them found:
 * behind a pipe or a socket it follows no symbolic link, and modules below such links are not found any more.
 */
function isIdle(): boolean {
  try {
    return fstatSync(0, { bigint: true }).isCharacterDevice();
  } catch {
    return true; // it is closed
  }
}
