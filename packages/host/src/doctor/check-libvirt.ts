import { readUnixSockets } from '../connection/unix-sockets.js';
import type { Check } from './lack.js';

/** The sockets of libvirt's daemon for QEMU: a daemon for all drivers, or a separate one. */
const sockets = ['libvirt-sock', 'virtqemud-sock'];

/**
 * Does not connect, since that would start the daemon: systemd listens for a daemon that is not running. The socket may
 * be in this process's network namespace or in the host's: a socket with a path can be reached from both, but /proc
 * shows it in only one.
 */
export const checkLibvirt: Check = async ({ from }, { procRoot, network, runFolder = '/run' }) => {
  const file = `${procRoot}/self/net/unix`;
  const listening = new Map([
    ...(await readUnixSockets(file)),
    ...(await readUnixSockets(file, network.files)),
  ]);
  const names = ['/run', '/var/run', runFolder].flatMap((run) =>
    sockets.map((name) => `${run}/libvirt/${name}`),
  );
  if (names.some((name) => listening.has(name))) return undefined;
  return {
    problem: "libvirt's daemon does not listen: none of its guests can be started",
    remedy: `start libvirtd or virtqemud, which comes from ${from}`,
    isWarning: true,
  };
};
