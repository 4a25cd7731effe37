import { examineThisHost } from './doctor/examine-this-host.js';
import { openDriver } from './driver/open-driver.js';
import { loadPlugins } from './plugins/load-plugins.js';
import { run } from './run.js';
import type { Surroundings } from './surroundings.js';

/** Runs this process's command line on this host, and answers with its exit status. Never rejects. */
export function vif(unbundled?: Surroundings['unbundled']): Promise<number> {
  return run(process.argv.slice(2), {
    stdin: () => process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    signals: process,
    env: process.env,
    openDriver,
    plugins: loadPlugins,
    examineHost: examineThisHost,
    unbundled,
  });
}
