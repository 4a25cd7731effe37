import { examineThisHost } from './doctor/examine-this-host.js';
import { builtInPlugins } from './driver/built-in-plugins.js';
import { openDriver } from './driver/open-driver.js';
import { guardOutput } from './output/guard-output.js';
import { run } from './run.js';

guardOutput(process.stdout);
guardOutput(process.stderr);

// Not process.exit: it would cut off what a pipe has not taken yet.
process.exitCode = await run(process.argv.slice(2), {
  stdin: () => process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signals: process,
  openDriver,
  plugins: builtInPlugins,
  examineHost: examineThisHost,
});
