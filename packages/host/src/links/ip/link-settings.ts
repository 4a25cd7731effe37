import { closeSync, openSync, readFileSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Outcome, VifError } from '@vifkit/core';
import { runProgram } from '../../commands/run-program.js';
import type { LinkChange } from '../link-table.js';

/** Settings of a link that netlink does not offer: files below /proc/sys/net. */
type Settings = Pick<LinkChange, 'ipv6' | 'arpIgnore' | 'arpAnnounce'>;

const ROOT = '/proc/sys/net';

const files = {
  ipv6: (name: string) => `${ROOT}/ipv6/conf/${name}/disable_ipv6`,
  arpIgnore: (name: string) => `${ROOT}/ipv4/conf/${name}/arp_ignore`,
  arpAnnounce: (name: string) => `${ROOT}/ipv4/conf/${name}/arp_announce`,
};

/** The settings of a link that exist on this kernel. */
export function readSettings(name: string): Settings {
  const ipv6 = readNumber(files.ipv6(name));
  const arpIgnore = readNumber(files.arpIgnore(name));
  const arpAnnounce = readNumber(files.arpAnnounce(name));
  return {
    ...(ipv6 !== undefined && { ipv6: ipv6 === 0 }),
    ...(arpIgnore !== undefined && { arpIgnore }),
    ...(arpAnnounce !== undefined && { arpAnnounce }),
  };
}

/** At once: the kernel waits for nothing here, and asking Node's threads for it takes longer than reading it. */
function readNumber(path: string): number | undefined {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // no such link, or a kernel without IPv6
  }
}

/** Writes settings, directly or, where a root helper is needed, by `tee`. */
export async function writeSettings(
  name: string,
  { ipv6, arpIgnore, arpAnnounce }: Settings,
  rootHelper: readonly string[],
  signal: AbortSignal,
): Promise<Outcome> {
  const values: [path: string, value: number | undefined][] = [
    [files.ipv6(name), ipv6 === undefined ? undefined : Number(!ipv6)],
    [files.arpIgnore(name), arpIgnore],
    [files.arpAnnounce(name), arpAnnounce],
  ];
  for (const [path, value] of values) {
    if (value === undefined) continue;
    try {
      await writeSetting(path, value, rootHelper, signal);
    } catch (cause) {
      if (path === files.ipv6(name) && ipv6 === false && lacksIpv6(name, cause)) continue;
      const reason = cause instanceof Error ? cause.message : String(cause);
      return new VifError('LINK_COMMAND_FAILED', `${path} cannot be set to ${value}: ${reason}`, { cause });
    }
  }
  return undefined;
}

async function writeSetting(path: string, value: number, rootHelper: readonly string[], signal: AbortSignal) {
  const [program, ...args] = rootHelper;
  if (program === undefined) return writeDirectly(path, value);
  const options = { input: String(value), signal, doing: 'changing links' };
  const { exitCode, stderr, ending } = await runProgram([program, ...args, 'tee', path], options);
  if (exitCode !== 0) throw new Error(stderr.trim() || `${program} ${ending}`);
}

/**
 * At once, but for IPv6's: the kernel has its writer wait for others who change links, and that is left to another
 * thread.
 */
async function writeDirectly(path: string, value: number): Promise<void> {
  const file = openSync(path, 'w');
  try {
    if (path.includes('/ipv6/')) await writeInThread(file, String(value));
    else writeSync(file, String(value));
  } finally {
    closeSync(file);
  }
}

const writeInThread = promisify(write);

/** A link has no IPv6 to turn off where the kernel has none, or its MTU is below IPv6's least of 1280. */
function lacksIpv6(name: string, error: unknown): boolean {
  const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  return missing && readNumber(files.arpIgnore(name)) !== undefined;
}
