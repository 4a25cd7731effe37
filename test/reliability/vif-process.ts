import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Namespace } from '@vifkit/testkit/bed';

/** The command itself, and no launcher: what is killed has to be it. */
export const vifProgram = fileURLToPath(new URL('../../packages/cli/bin/vif.js', import.meta.url));

export interface VifEnd {
  /** null when it was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of `--format json`. */
  readonly lines: readonly VifLine[];
}

interface VifLine {
  readonly id: string | null;
  readonly changes?: readonly unknown[];
  readonly differences?: readonly unknown[];
  readonly error?: unknown;
}

/** A running `vif`. */
export interface VifProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<VifEnd>;
}

/**
 * Starts `vif --format json`, in a network namespace. Its id is the command's own: nsenter makes way for it.
 * @param node the program that runs it; the one that runs this process unless given
 */
export function startVif(
  namespace: Namespace,
  args: readonly string[],
  requests: readonly unknown[] = [],
  node = process.execPath,
): VifProcess {
  const enter = ['--target', String(namespace.pid), '--net', '--'];
  const command = [node, vifProgram, ...args, '--format', 'json'];
  const child = spawn('nsenter', [...enter, ...command], { stdio: 'pipe' });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  child.stdin.on('error', () => {}); // it may be gone by now
  child.stdin.end(requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
  const ended = new Promise<VifEnd>((resolve) => {
    child.once('close', (exitCode) => {
      const complete = exitCode === null ? '' : output.stdout;
      const lines = complete.split('\n').filter(Boolean);
      resolve({ exitCode, ...output, lines: lines.map((line) => JSON.parse(line)) });
    });
  });
  return { child, ended };
}
