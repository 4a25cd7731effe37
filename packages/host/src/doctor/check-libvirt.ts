import { readUnixSockets } from '../connection/unix-sockets.js';
import type { Check } from './lack.js';

/** Where libvirt's daemon for QEMU listens: one for all drivers, or one of its own. */
const sockets = ['libvirt-sock', 'virtqemud-sock'];

/**
 * Nobody connects, which would start the daemon: systemd listens for one that does not run. It may be in this process's network
 * namespace or in the host's: a socket with a path is reached from both, and /proc tells of it in one.
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
