import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Held } from '@vifkit/engine/connection';
import { unlessExhausted } from '../kernel/error-code.js';
import { pciFolder } from '../sriov/pci-net-device.js';

const TUN = '/dev/net/tun';

interface Where {
  readonly procRoot?: string;
  readonly sysfsRoot?: string;
  /** The inode number of the network namespace that the taps are in; this process's own by default. */
  readonly network?: string | undefined;
}

/**
 * The programs that have taps or functions open, by the names of these, as in `qemu-system-x86 (process 4711)`. The
 * kernel shows the name of a tap in /proc/PID/fdinfo, and the IOMMU group of a function as the device that is open.
 * Only processes that this user may inspect are found. A tap counts only in its network namespace: another namespace
 * may have a tap of the same name. The functions of a group are not distinguished, since one program has them all.
 *
 * @throws VifError DESCRIPTORS_EXHAUSTED
 */
export async function findHolders(
  { taps, functions }: Held,
  { procRoot = '/proc', sysfsRoot = '/sys', network }: Where = {},
): Promise<Map<string, string>> {
  const devices = await Promise.all(
    functions.map(async (address) => {
      const paths = await vfioDevices(pciFolder(sysfsRoot, address));
      return paths.map((path) => [path, address] as const);
    }),
  );
  const wanted: Wanted = { taps: new Set(taps), functions: groupedBy(devices.flat()) };
  const holders = new Map<string, string>();
  const here = network === undefined ? await networkOf(`${procRoot}/self`) : `net:[${network}]`;
  const all = await readdir(procRoot).catch((error) => unlessExhausted(error, []));
  const processes = all.filter((name) => /^\d+$/.test(name));
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
  /** PCI addresses by the device through which they are opened. */
  readonly functions: ReadonlyMap<string, readonly string[]>;
}

/**
 * The devices through which a program may have a function open: its IOMMU group (a different one without an IOMMU) or,
 * with iommufd, its own device.
 */
async function vfioDevices(folder: string): Promise<string[]> {
  const group = await readlink(join(folder, 'iommu_group')).catch(() => undefined);
  const own = await readdir(join(folder, 'vfio-dev')).catch((error) => unlessExhausted(error, []));
  const groups = group === undefined ? [] : [basename(group), `noiommu-${basename(group)}`];
  return [...groups, ...own.map((name) => `devices/${name}`)].map((name) => `/dev/vfio/${name}`);
}

function groupedBy(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const grouped = new Map<string, string[]>();
  for (const [key, value] of pairs) grouped.set(key, [...(grouped.get(key) ?? []), value]);
  return grouped;
}

/** The network namespace that a process is in; '' if it cannot be read. */
function networkOf(process: string): Promise<string> {
  return readlink(`${process}/ns/net`).catch(() => '');
}

/** Which of the wanted things a process has open: none if it ends in the meantime. */
async function heldBy(process: string, { taps, functions }: Wanted): Promise<string[]> {
  const descriptors = await readdir(`${process}/fd`).catch((error) => unlessExhausted(error, []));
  const found = await Promise.all(
    descriptors.map(async (fd) => {
      const target = await readlink(`${process}/fd/${fd}`).catch(() => '');
      if (target !== TUN) return functions.get(target) ?? [];
      const info = await readFile(`${process}/fdinfo/${fd}`, 'utf8').catch((error) =>
        unlessExhausted(error, ''),
      );
      const [, name = ''] = /^iff:\s*(\S+)/m.exec(info) ?? [];
      return taps.has(name) ? [name] : [];
    }),
  );
  return found.flat();
}
