// The programs that are started from outside.
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const vif = here('../../../packages/cli/bin/vif.js');

/** `vif`, with results as JSON and time enough. */
export const vifArgv = (command, ...args) => [
  process.execPath,
  vif,
  command,
  '--format',
  'json',
  '--timeout',
  '300',
  ...args,
];

/** Debian's own interpreter: another one on the path lacks Debian's os-vif. */
export const python = '/usr/bin/python3';
export const osVif = here('os-vif.py');
export const writeCounter = here('write-counter.js');
export const peakMemory = here('peak-memory.js');
export const usedResources = here('used-resources.js');
export const checkRequests = here('check-requests.js');

/** The subjects, by name: they take the endpoint of their Open vSwitch. */
export const subjects = {
  vifkit: [process.execPath, here('vifkit.js')],
  vif: [process.execPath, here('vif-command.js')],
  'os-vif': [python, osVif],
  floor: [process.execPath, here('floor.js')],
};
