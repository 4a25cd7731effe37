import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../..', import.meta.url));

/**
 * In mount, process and cgroup namespaces: this machine's /usr and network, with nothing of its own in /etc, /run and
 * /usr/local that outlives the test. `vif` is where `npm install --global` puts it, and systemd is process 1, told of no
 * units but those that the test installs: they are its own, with empty ones in place of those of the system's start.
 */
const stage = `
set -e
read -r pid rest </proc/self/stat # as the other namespaces know it: /proc is theirs yet
mount --make-rprivate /

mkdir "$STAGE/layers"; mount -t tmpfs none "$STAGE/layers"
mkdir "$STAGE/layers/etc" "$STAGE/layers/work" "$STAGE/layers/local"
cd "$STAGE/layers/local"
mkdir -p bin lib/vifkit lib/node_modules/@vifkit
mount --bind "$PROJECT" lib/vifkit
cp "$STAGE/node" bin/node
ln -s ../../vifkit/packages/cli lib/node_modules/@vifkit/cli
ln -s ../lib/node_modules/@vifkit/cli/bin/vif.js bin/vif
printf '#!/bin/sh\\necho /usr/local/lib/node_modules\\n' >bin/npm; chmod 755 bin/npm
cd /
mount --rbind "$STAGE/layers/local" /usr/local
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$STAGE/layers/etc,workdir=$STAGE/layers/work" /etc
rm -f /etc/sudoers.d/*
printf '%s' "$SUDO_DEFAULTS" >/etc/sudoers.d/defaults; chmod 440 /etc/sudoers.d/defaults

mount -t tmpfs none /run
mkdir -p /run/netns /run/lock /run/openvswitch /run/units
if [ -n "$SWITCH" ]; then mount --bind "$SWITCH" /run/openvswitch; chmod 755 /run/openvswitch; fi
ip netns add probe
mount -t tmpfs none /dev/net
mknod -m 666 /dev/net/tun c 10 200 # as udev has it

mount -t tmpfs none /etc/systemd/system
for unit in sysinit basic shutdown multi-user; do
  printf '[Unit]\\nDefaultDependencies=no\\n' >/run/units/$unit.target
done
printf '[Service]\\nType=oneshot\\nExecStart=true\\n' >/run/units/ovsdb-server.service

mount -t proc proc /proc
mount --bind -o ro /proc/sys /proc/sys; mount -o remount,bind,ro /proc/sys
mount -t proc proc "$STAGE/proc"; mount --bind "$STAGE/proc/sys/net" /proc/sys/net; umount -l "$STAGE/proc"
umount -l /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
echo "ready $pid"
export container=vifkit-test SYSTEMD_UNIT_PATH=/etc/systemd/system:/run/units
exec /lib/systemd/systemd --system --unit=basic.target --log-target=console --log-level=err --show-status=no
`;

/** Debian's own, but for the log. */
const SUDO_DEFAULTS = `Defaults env_reset, use_pty, !syslog, logfile="/run/sudo.log", loglinelen=0
Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
`;

/** Puts this shell into a cgroup of its own, and goes on in a cgroup namespace: its cgroup is the root there. */
const enterCgroup = `
set -e
mount --make-rprivate /
mount -t cgroup2 none "$STAGE/cgroup"
mkdir "$STAGE/cgroup/$CGROUP"
echo $$ >"$STAGE/cgroup/$CGROUP/cgroup.procs"
umount "$STAGE/cgroup"
exec unshare --pid --fork --kill-child --cgroup --ipc --uts -- sh -c "$0"
`;

const removeCgroup = `
mount -t cgroup2 none "$STAGE/cgroup"
until find "$STAGE/cgroup/$CGROUP" -depth -type d -exec rmdir {} + 2>/dev/null; do sleep 0.05; done # they are ending yet
`;

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A host on which nothing of vifkit is set up but the command, in namespaces of its own. */
export interface DocumentedHost {
  /** Runs a program in it, as root. */
  run(argv: readonly string[], stdin?: string): Promise<Ended>;
  /** Runs a line of the shell as root. @throws Error when it fails */
  shell(line: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * Needs root, sudo and systemd.
 * @param switchDirectory the directory of an Open vSwitch, which is /run/openvswitch there
 */
export async function startDocumentedHost(switchDirectory = ''): Promise<DocumentedHost> {
  const folder = await mkdtemp(join(tmpdir(), 'host-'));
  await chmod(folder, 0o755);
  for (const name of ['cgroup', 'proc']) await mkdir(join(folder, name));
  await copyFile(process.execPath, join(folder, 'node')); // it may be in a home
  const env = {
    PATH: process.env.PATH,
    STAGE: folder,
    PROJECT: project,
    SWITCH: switchDirectory,
    SUDO_DEFAULTS,
    CGROUP: folder.slice(folder.lastIndexOf('/') + 1),
  };
  const holder = spawn('unshare', ['--mount', '--', 'sh', '-c', enterCgroup, stage], { env });
  const close = async () => {
    if (holder.exitCode === null && holder.signalCode === null) {
      holder.kill('SIGKILL'); // and with it process 1 of its namespace, and all in that
      await once(holder, 'exit');
    }
    await collect(spawn('unshare', ['--mount', '--', 'sh', '-c', removeCgroup], { env }));
    await rm(folder, { recursive: true });
  };
  try {
    const pid = await firstProcess(holder);
    const enter = ['--target', pid, '--mount', '--pid', '--wdns=/', '--'];
    const run: DocumentedHost['run'] = (argv, stdin = '') =>
      collect(spawn('nsenter', [...enter, ...argv], { env: { PATH: SYSTEM_PATH } }), stdin);
    const shell = async (line: string) => {
      const { status, stdout, stderr } = await run(['sh', '-c', line]);
      if (status !== 0) throw new Error(`${line}: ${stdout}${stderr}`);
      return stdout;
    };
    while ((await run(['systemctl', 'list-units'])).status !== 0) await pause(50);
    return { run, shell, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The process id of systemd, as this process's namespace knows it. */
async function firstProcess(holder: ChildProcess): Promise<string> {
  const said: string[] = [];
  holder.stderr?.setEncoding('utf8').on('data', (words: string) => said.push(words));
  if (holder.stdout) {
    for await (const line of createInterface(holder.stdout)) {
      const [, pid] = /^ready (\d+)$/.exec(line) ?? [];
      if (pid !== undefined) return pid;
    }
  }
  throw new Error(`The host does not start: ${said.join('')}`);
}

async function collect(child: ChildProcess, stdin = ''): Promise<Ended> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('It has no pipes');
  child.stdin?.on('error', () => {}); // it may end without having read it
  child.stdin?.end(stdin);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  const [out, err, status] = await Promise.all([text(stdout), text(stderr), ended]);
  return { status, stdout: out, stderr: err };
}
