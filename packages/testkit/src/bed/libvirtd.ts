import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Daemon } from './daemon.js';
import type { Namespace } from './network-namespace.js';

const run = promisify(execFile);

/** Options for a libvirtd. */
export interface LibvirtdOptions {
  /** The directory of the Open vSwitch to which it adds guests' ports; it has none unless given. */
  readonly openVSwitch?: string;
  /** The script /etc/libvirt/hooks/qemu. */
  readonly hook?: string;
  /** Where its links are; this process's own network namespace unless given. */
  readonly namespace?: Namespace;
}

/** A private libvirtd. */
export interface Libvirtd {
  /** For `virsh --connect`. */
  readonly uri: string;
  /**
   * Runs virsh on it, and returns what it prints.
   * @throws Error with virsh's error message
   */
  virsh(...args: string[]): Promise<string>;
  /** Restarts it while its guests keep running. */
  restart(): Promise<void>;
  /**
   * Ends it with its guests and starts it again, as after a reboot of its host: what is defined stays.
   * @param meanwhile called while it is down
   */
  reboot(meanwhile?: () => Promise<void>): Promise<void>;
  /** Ends it and its helpers, and removes its files. */
  stop(): Promise<void>;
}

/**
 * Starts a private libvirtd on this process's network; needs root. In a mount namespace, its own directories cover its
 * compiled-in ones, so that it never touches the machine's. In a separate PID namespace nothing outlives it. PID 1
 * there is a shell that reaps children, because libvirtd waits 40 s for every helper that is not reaped. As on Debian,
 * guests run as the user libvirt-qemu, who may open only what everybody may; libvirtd changes no owners.
 *
 * @throws Error if libvirt is not installed, or the daemon does not start
 */
export async function startLibvirtd(options: LibvirtdOptions = {}): Promise<Libvirtd> {
  const { openVSwitch = '', hook, namespace } = options;
  const directory = await mkdtemp(join(tmpdir(), 'lv-'));
  const path = (name: string) => join(directory, name);

  const daemon = new Daemon({
    program: namespace ? 'nsenter' : 'unshare',
    args: [
      ...(namespace ? ['--target', String(namespace.pid), '--net', '--', 'unshare'] : []),
      ...['--mount', '--pid', '--fork', '--mount-proc', '--kill-child', '--propagation', 'private'],
      ...['--', 'bash', path('start.sh'), directory, openVSwitch],
    ],
    env: process.env,
    readyFile: path('run/libvirt-sock'),
    stopSignal: 'SIGKILL', // unshare passes no other on
  });
  const uri = `qemu+unix:///system?socket=${path('run/libvirt-sock')}`;
  const stop = async () => {
    await daemon.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await Promise.all(
      ['run', 'lib', 'etc/qemu', 'log', 'cache'].map((name) => mkdir(path(name), { recursive: true })),
    );
    await writeFile(path('start.sh'), START);
    await writeFile(
      path('libvirtd.conf'),
      // It distinguishes hosts: a guest does not migrate to the host that it is on.
      `host_uuid = "${randomUUID()}"\nunix_sock_dir = "${path('run')}"\nauth_unix_ro = "none"\nauth_unix_rw = "none"\nlog_outputs = "2:file:${path('log/libvirtd.log')}"\n`,
    );
    await writeFile(path('etc/qemu.conf'), QEMU_CONF);
    if (hook !== undefined) {
      await mkdir(path('etc/hooks'));
      await writeFile(path('etc/hooks/qemu'), hook, { mode: 0o755 });
    }
    await daemon.start();
  } catch (error) {
    await stop();
    throw error;
  }
  const virsh = async (...args: string[]) => (await run('virsh', ['--connect', uri, ...args])).stdout;
  return {
    uri,
    stop,
    virsh,
    async reboot(meanwhile) {
      await daemon.stop();
      await meanwhile?.();
      // It is lost at a reboot: libvirt autostarts guests once per boot.
      await rm(path('run'), { recursive: true });
      await mkdir(path('run'));
      await daemon.start();
    },
    async restart() {
      const before = await readFile(path('libvirtd.pid'), 'utf8');
      await writeFile(path('restart'), '');
      process.kill(await outerPid(before, path('libvirtd.conf')));
      await untilServes(virsh, path('libvirtd.pid'), before);
    },
  };
}

/** The process id of libvirtd in this namespace; it differs from that in its own. */
async function outerPid(inner: string, config: string): Promise<number> {
  for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
    if (command.startsWith('libvirtd\0') && command.includes(config)) return Number(id);
  }
  throw new Error(`There is no libvirtd ${inner}`);
}

async function untilServes(virsh: Libvirtd['virsh'], pidFile: string, before: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const now = await readFile(pidFile, 'utf8').catch(() => before);
    if (now.trim() !== before.trim() && (await virsh('list').catch(() => undefined)) !== undefined) return;
    if (Date.now() > deadline) throw new Error('libvirtd does not come back');
    await pause(100);
  }
}

const QEMU_CONF = `dynamic_ownership = 0
security_driver = "none"
stdio_handler = "file"
namespaces = []
cgroup_controllers = []
`;

/**
 * - libvirtd looks up the user it was built to run guests as before it reads that it need not; where the package that
 *   adds the user is not installed, the namespace's own copies of the user database have it.
 * - It finds bridges in /sys/class/net, which shows the network namespace in which /sys was mounted.
 * - At each start it probes QEMU's capabilities again, for seconds, if KVM is available to itself but not to that user.
 */
const START = `set -e
cover() { mkdir -p "$2"; mount --bind "$1" "$2"; }
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
mount -t tmpfs tmpfs /var/cache
mount -t tmpfs tmpfs /var/log
cover "$1/run" /run/libvirt
cover "$1/lib" /var/lib/libvirt
cover "$1/cache" /var/cache/libvirt
cover "$1/log" /var/log/libvirt
mount --bind "$1/etc" /etc/libvirt
[ -z "$2" ] || cover "$2" /run/openvswitch
mount -t sysfs sys /sys
if cp --archive /dev/kvm /run/kvm 2>/dev/null; then
  chmod 666 /run/kvm
  mount --bind /run/kvm /dev/kvm
fi
for file in passwd group; do
  cp "/etc/$file" "$1/$file"
  grep -q '^libvirt-qemu:' "$1/$file" && continue
  case $file in
    passwd) echo 'libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin' >>"$1/$file" ;;
    group) echo 'libvirt-qemu:x:64055:' >>"$1/$file" ;;
  esac
  mount --bind "$1/$file" "/etc/$file"
done
while :; do
  libvirtd --config "$1/libvirtd.conf" --pid-file "$1/libvirtd.pid" &
  wait $! || true
  [ -e "$1/restart" ] || break
  rm "$1/restart"
done
`;
