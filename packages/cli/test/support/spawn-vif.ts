import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export const bin = fileURLToPath(new URL('../../bin/vif.js', import.meta.url));

interface Given {
  readonly stdin?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** What a process left. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command as a process of its own, to its end. */
export async function spawnVif(args: readonly string[], { stdin = '', env }: Given = {}): Promise<Ended> {
  const child = spawn(process.execPath, [bin, ...args], { env: env ?? process.env });
  // It may end without having read its input.
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)]);
  return { status, stdout, stderr };
}

/** The exit status of a process, or null if a signal ended it. */
export function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
