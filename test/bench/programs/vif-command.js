// The `vif` command, a process a call: its start and its end count.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { instance } from '../vifs.js';
import { vifArgv } from './argv.js';
import { serve } from './serve.js';

const run = promisify(execFile);
const [ovsdb, stateDir] = process.argv.slice(2);

const by = (command) => async (vifs) => {
  const [program, ...args] = vifArgv(command, '--ovsdb', ovsdb, '--state-dir', stateDir);
  const running = run(program, args, { maxBuffer: 2 ** 30 });
  running.child.stdin.end(vifs.map((vif) => `${JSON.stringify({ vif, instance })}\n`).join(''));
  await running;
};

await serve({ plug: by('plug'), again: by('plug'), check: by('check'), unplug: by('unplug') });
