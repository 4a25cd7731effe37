import { guardOutput } from './output/guard-output.js';
import { vif } from './vif.js';

guardOutput(process.stdout);
guardOutput(process.stderr);

// Not process.exit: it would cut off what a pipe has not taken yet.
process.exitCode = await vif();
