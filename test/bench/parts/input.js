// Very many requests, and hostile ones: what it takes the command to refuse them, beside parsing and checking them alone.
import { runToEnd } from '../process.js';
import { checkRequests, usedResources, vifArgv } from '../programs/argv.js';

const MiB = 1024 * 1024;

export async function measureInput({ rounds, inputs, log }, measurements) {
  const empty = '{}\n'.repeat(inputs);
  const nested = `${'['.repeat(MiB / 2)}${']'.repeat(MiB / 2)}\n`.repeat(63);
  const note = (subject, what, { milliseconds, kilobytes }) => {
    measurements.add(subject, { input: what, figure: 'processor time' }, 'ms', milliseconds);
    measurements.add(subject, { input: what, figure: 'peak memory' }, 'MB', (kilobytes * 1024) / 1e6);
  };
  for (let round = 0; round < rounds; round++) {
    log(`Input, round ${round + 1} of ${rounds}`);
    const requests = `${inputs} empty requests`;
    note('floor', requests, await used([process.execPath, checkRequests], empty, 0));
    note('vif', requests, await used(vifArgv('config'), empty, 1));
    note('vif', '63 lines of nested arrays', await used(vifArgv('config'), nested, 1));
  }
}

async function used([node, ...args], input, status) {
  const { extra } = await runToEnd([node, '--import', usedResources, ...args], { input, status });
  return JSON.parse(extra);
}
