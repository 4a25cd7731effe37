// Runs write-counter.js in a network namespace of its own.
import { readlinkSync } from 'node:fs';
import { runToEnd } from '../process.js';
import { writeCounter } from '../programs/argv.js';

/** What is written for so many ports: a row for each operation of each subject. */
export async function measureWrites({ counted, log }) {
  log('writes');
  const env = { ...process.env, VIFKIT_OUTER_NETNS: readlinkSync('/proc/self/ns/net') };
  const argv = ['unshare', '--net', '--', process.execPath, writeCounter, ...counted.map(String)];
  return JSON.parse((await runToEnd(argv, { env })).stdout);
}
