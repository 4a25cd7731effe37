import { readdir, readFile, readlink } from 'node:fs/promises';

const TUN = '/dev/net/tun';

/**
 * Who has taps open, by the taps' names, as in `qemu-system-x86 (process 4711)`: the kernel tells it in /proc/PID/fdinfo.
 * Only those of processes that this user may look into, and that are in this network namespace: another one may have a tap of
 * the same name.
 */
export async function tapHolders(taps: readonly string[], procRoot = '/proc'): Promise<Map<string, string>> {
  const wanted = new Set(taps);
  const holders = new Map<string, string>();
  const processes = (await readdir(procRoot)).filter((name) => /^\d+$/.test(name));
  const here = await networkOf(`${procRoot}/self`);
  await Promise.all(
    processes.map(async (pid) => {
      const taps = await tapsOf(`${procRoot}/${pid}`);
      if (taps.length === 0 || (await networkOf(`${procRoot}/${pid}`)) !== here) return;
      for (const tap of taps) {
        if (!wanted.has(tap) || holders.has(tap)) continue;
        const program = await readFile(`${procRoot}/${pid}/comm`, 'utf8').catch(() => 'a program');
        holders.set(tap, `${program.trim()} (process ${pid})`);
      }
    }),
  );
  return holders;
}

/** The network namespace that a process is in; '' where it cannot be told. */
function networkOf(process: string): Promise<string> {
  return readlink(`${process}/ns/net`).catch(() => '');
}

/** The taps that a process has open. One that ends meanwhile has none. */
async function tapsOf(process: string): Promise<string[]> {
  const descriptors = await readdir(`${process}/fd`).catch(() => []);
  const found = await Promise.all(
    descriptors.map(async (fd) => {
      const target = await readlink(`${process}/fd/${fd}`).catch(() => '');
      if (target !== TUN) return [];
      const info = await readFile(`${process}/fdinfo/${fd}`, 'utf8').catch(() => '');
      const [, name] = /^iff:\s*(\S+)/m.exec(info) ?? [];
      return name === undefined ? [] : [name];
    }),
  );
  return found.flat();
}
