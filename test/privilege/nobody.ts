import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** In a mount namespace: the project where anybody may read it. */
const stage = `
set -e
mount --bind "$PROJECT" "$STAGE/project"
cd /
exec setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"
`;

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The user `nobody`, who has no right at all. */
export interface Nobody {
  /** Node.js, where that user can start it: this process's own may be in a home. */
  readonly node: string;
  run(argv: readonly string[]): Promise<Ended>;
  /** The `vif` command. */
  vif(args: readonly string[]): Promise<Ended>;
  close(): Promise<void>;
}

/** Needs root. */
export async function becomeNobody(): Promise<Nobody> {
  const folder = await mkdtemp(join(tmpdir(), 'nobody-'));
  const node = join(folder, 'node');
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'project'));
  await copyFile(process.execPath, node);
  const run: Nobody['run'] = async (argv) => {
    const env = { PATH: process.env.PATH, PROJECT: project, STAGE: folder };
    const child = spawn('unshare', ['--mount', '--', 'sh', '-c', stage, 'sh', ...argv], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { status, stdout, stderr };
  };
  return {
    node,
    run,
    vif: (args) => run([node, join(folder, 'project/packages/cli/bin/vif.js'), ...args]),
    close: () => rm(folder, { recursive: true }),
  };
}
