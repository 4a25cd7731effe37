import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** Debian's own, but for the log. */
const defaults = (log: string) => `
Defaults env_reset, use_pty, !syslog, logfile="${log}", loglinelen=0
Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
`;

/** In a mount namespace: the project where anybody may read it, these sudoers, and nothing of /run. */
const stage = `
set -e
mount -t tmpfs none /run
mount --bind "$PROJECT" "$STAGE/project"
mount --bind "$STAGE/sudoers" /etc/sudoers
mkdir /run/netns; ip netns add probe
cd /
exec setpriv --reuid=nobody --regid=nogroup --clear-groups $CAPABILITIES -- "$@"
`;

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface UserInput {
  readonly stdin?: string;
  /** Arguments of setpriv; no capability unless given. */
  readonly capabilities?: string;
}

/** The user `nobody`, for whom sudo is set up in a mount namespace of each command. */
export interface UnprivilegedUser {
  /** Sets the lines for sudo, in which the user is called `vif`. */
  setSudoers(lines: string): Promise<void>;
  run(argv: readonly string[], given?: UserInput): Promise<Ended>;
  /** The `vif` command. */
  vif(args: readonly string[], given?: UserInput): Promise<Ended>;
  /** What was run by sudo so far, and what it refused to run. */
  log(): Promise<{ readonly run: string[]; readonly refused: string[] }>;
  close(): Promise<void>;
}

/** Needs root, and sudo. */
export async function makeUnprivilegedUser(): Promise<UnprivilegedUser> {
  const folder = await mkdtemp(join(tmpdir(), 'user-'));
  const own = (name: string) => join(folder, name);
  const log = own('sudo.log');
  await chmod(folder, 0o755);
  await mkdir(own('project'));
  await copyFile(process.execPath, own('node')); // it may be in a home
  await writeFile(log, '');
  const run: UnprivilegedUser['run'] = async (argv, { stdin = '', capabilities = '' } = {}) => {
    const env = { PATH: process.env.PATH, PROJECT: project, STAGE: folder, CAPABILITIES: capabilities };
    const child = spawn('unshare', ['--mount', '--', 'sh', '-c', stage, 'sh', ...argv], { env });
    child.stdin.on('error', () => {}); // it may end without having read it
    child.stdin.end(stdin);
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    const [stdout, stderr, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { status, stdout, stderr };
  };
  const setSudoers = async (lines: string) => {
    await rm(own('sudoers'), { force: true });
    await writeFile(own('sudoers'), `${defaults(log)}${lines.replace(/^vif /m, 'nobody ')}\n`, {
      mode: 0o440,
    });
  };
  await setSudoers('');
  return {
    setSudoers,
    run,
    vif: (args, given) => run([own('node'), own('project/packages/cli/bin/vif.js'), ...args], given),
    async log() {
      const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes('COMMAND='));
      const commandOf = (line: string) => line.replace(/^.*COMMAND=/, '');
      const isRefusal = (line: string) => /command not allowed|a password is required/.test(line);
      return {
        run: lines.filter((line) => !isRefusal(line)).map(commandOf),
        refused: lines.filter(isRefusal).map(commandOf),
      };
    },
    close: () => rm(folder, { recursive: true }),
  };
}
