import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Held } from '@vifkit/engine/connection';

const TUN = '/dev/net/tun';

interface Where {
  readonly procRoot?: string;
  readonly sysfsRoot?: string;
  /** The number of the network namespace that the taps are in; this process's own unless given. */
  readonly network?: string | undefined;
}

/**
 * Who has taps or functions open, by their names, as in `qemu-system-x86 (process 4711)`. The kernel tells the name of a tap
 * in /proc/PID/fdinfo, and a function's IOMMU group by the device that is open. Only those of processes that this user may look
 * into. A tap counts only in its network namespace: another one may have a tap of the same name. The functions of a group are
 * not told apart, since one program has them together.
 */
export async function findHolders(
  { taps, functions }: Held,
  { procRoot = '/proc', sysfsRoot = '/sys', network }: Where = {},
): Promise<Map<string, string>> {
  const devices = await Promise.all(
    functions.map(async (address) => {
      const paths = await vfioDevices(join(sysfsRoot, 'bus/pci/devices', address));
      return paths.map((path) => [path, address] as const);
    }),
  );
  const wanted: Wanted = { taps: new Set(taps), functions: groupedBy(devices.flat()) };
  const holders = new Map<string, string>();
  const here = network === undefined ? await networkOf(`${procRoot}/self`) : `net:[${network}]`;
  const processes = (await readdir(procRoot)).filter((name) => /^\d+$/.test(name));
  await Promise.all(
    processes.map(async (pid) => {
      const held = await heldBy(`${procRoot}/${pid}`, wanted);
      const isHere = held.length > 0 && (await networkOf(`${procRoot}/${pid}`)) === here;
      for (const name of held) {
        if (holders.has(name) || (wanted.taps.has(name) && !isHere)) continue;
        const program = await readFile(`${procRoot}/${pid}/comm`, 'utf8').catch(() => 'a program');
        holders.set(name, `${program.trim()} (process ${pid})`);
      }
    }),
  );
  return holders;
}

interface Wanted {
  readonly taps: ReadonlySet<string>;
  /** PCI addresses by the devices that they are opened by. */
  readonly functions: ReadonlyMap<string, readonly string[]>;
}

/** The devices that a program may have a function by: its IOMMU group (without an IOMMU another), or, with iommufd, its own. */
async function vfioDevices(folder: string): Promise<string[]> {
  const group = await readlink(join(folder, 'iommu_group')).catch(() => undefined);
  const own = await readdir(join(folder, 'vfio-dev')).catch(() => []);
  const groups = group === undefined ? [] : [basename(group), `noiommu-${basename(group)}`];
  return [...groups, ...own.map((name) => `devices/${name}`)].map((name) => `/dev/vfio/${name}`);
}

function groupedBy(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (const [key, value] of pairs) grouped.set(key, [...(grouped.get(key) ?? []), value]);
  return grouped;
}

/** The network namespace that a process is in; '' where it cannot be told. */
function networkOf(process: string): Promise<string> {
  return readlink(`${process}/ns/net`).catch(() => '');
}

/** What a process has open of what is wanted. One that ends meanwhile has nothing. */
async function heldBy(process: string, { taps, functions }: Wanted): Promise<string[]> {
  const descriptors = await readdir(`${process}/fd`).catch(() => []);
  const found = await Promise.all(
    descriptors.map(async (fd) => {
      const target = await readlink(`${process}/fd/${fd}`).catch(() => '');
      if (target !== TUN) return functions.get(target) ?? [];
      const info = await readFile(`${process}/fdinfo/${fd}`, 'utf8').catch(() => '');
      const [, name = ''] = /^iff:\s*(\S+)/m.exec(info) ?? [];
      return taps.has(name) ? [name] : [];
    }),
  );
  return found.flat();
}
