import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Makes sure that a test may change links: this process must run in a separate network namespace. Whoever starts the
 * tests sets VIFKIT_OUTER_NETNS to its own namespace (the text of the link /proc/self/ns/net).
 * @throws Error if it is not set, or is the namespace that this process runs in
 */
export function requireOwnNetwork(): void {
  const outer = process.env.VIFKIT_OUTER_NETNS;
  if (outer && outer !== readlinkSync('/proc/self/ns/net')) return;
  throw new Error(
    'This test changes network interfaces, and does so in a network namespace of its own only: run it by test/run.js',
  );
}

/** The names of all links of this process's network namespace. */
export function listLinks(): string[] {
  // Not /sys/class/net: that shows the namespace in which /sys was mounted.
  const lines = readFileSync('/proc/self/net/dev', 'utf8').split('\n').slice(2);
  return lines.flatMap((line) => /^\s*([^:\s]+):/.exec(line)?.[1] ?? []).sort();
}

/** Another network namespace, for the far end of a ping. It ends at the latest with this process. */
export interface Namespace {
  /** A process in it. */
  readonly pid: number;
  /**
   * Runs a program in it, and returns what it prints.
   * @throws Error if the program fails
   */
  run(...argv: readonly [string, ...string[]]): Promise<string>;
  /** Moves a link of this process's namespace into it. */
  moveLink(name: string): Promise<void>;
  /** Ends it, and with it the links in it. */
  close(): Promise<void>;
}

/** Makes a network namespace beside this process's own. */
export async function makeNamespace(): Promise<Namespace> {
  // It ends when its standard input closes, and thus with us, however we end.
  const holder = spawn('unshare', ['--net', '--', 'sh', '-c', 'echo ready; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'exit');
  await Promise.race([once(holder.stdout, 'data'), ended]);
  const { pid, exitCode } = holder;
  if (pid === undefined || exitCode !== null) throw new Error('A network namespace cannot be made here');
  return {
    pid,
    async run(...argv) {
      const { stdout } = await execute('nsenter', ['--target', String(pid), '--net', '--', ...argv]);
      return stdout;
    },
    async moveLink(name) {
      await execute('ip', ['link', 'set', 'dev', name, 'netns', String(pid)]);
    },
    async close() {
      holder.stdin.end();
      await ended;
    },
  };
}
