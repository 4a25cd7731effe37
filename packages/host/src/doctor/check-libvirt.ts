import { readUnixSockets } from '../connection/unix-sockets.js';
import type { Check } from './lack.js';

/** Where libvirt's daemon for QEMU listens: one for all drivers, or one of its own. */
const sockets = ['libvirt-sock', 'virtqemud-sock'];

/** Nobody connects, which would start the daemon: systemd listens for one that does not run. */
export const checkLibvirt: Check = async ({ from }, { procRoot, runFolder = '/run' }) => {
  const listening = await readUnixSockets(`${procRoot}/self/net/unix`);
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
