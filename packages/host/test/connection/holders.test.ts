import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findHolders } from '../../src/connection/holders.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'holders-'));
  await mkdir(join(root, 'proc'));
});
afterEach(() => rm(root, { recursive: true }));

const at = (path: string) => join(root, path);
const link = async (path: string, target: string) => {
  await mkdir(dirname(at(path)), { recursive: true });
  await symlink(target, at(path));
};

/** A process that has a device open. */
async function process(pid: number, program: string, device: string, info = ''): Promise<void> {
  await link(`proc/${pid}/fd/9`, device);
  await mkdir(at(`proc/${pid}/fdinfo`));
  await writeFile(at(`proc/${pid}/comm`), `${program}\n`);
  await writeFile(at(`proc/${pid}/fdinfo/9`), info);
}

const [first, second] = ['0000:03:10.0', '0000:03:10.2'];
const find = (taps: string[], functions: string[]) =>
  findHolders({ taps, functions }, { procRoot: at('proc'), sysfsRoot: at('sys') });

it('finds who has a tap open by its name', async () => {
  await process(4711, 'qemu-system-x86', '/dev/net/tun', 'pos:\t0\niff:\ttap3b1d0c7e-52\n');
  expect([...(await find(['tap3b1d0c7e-52', 'tap0'], []))]).toEqual([
    ['tap3b1d0c7e-52', 'qemu-system-x86 (process 4711)'],
  ]);
});

it.each([
  ['its IOMMU group', '/dev/vfio/12'],
  ['its group without an IOMMU', '/dev/vfio/noiommu-12'],
  ['its own device', '/dev/vfio/devices/vfio3'],
])('finds who has a function open by %s', async (_, device) => {
  for (const [address, group] of [
    [first, 12],
    [second, 13],
  ] as const) {
    await link(`sys/bus/pci/devices/${address}/iommu_group`, `../../../kernel/iommu_groups/${group}`);
  }
  await mkdir(at(`sys/bus/pci/devices/${first}/vfio-dev/vfio3`), { recursive: true });
  await process(4712, 'qemu-system-x86', device);
  expect([...(await find([], [first, second]))]).toEqual([[first, 'qemu-system-x86 (process 4712)']]);
});

it('finds nobody who has one open that is only bound', async () => {
  await link(`sys/bus/pci/devices/${first}/iommu_group`, '../../../kernel/iommu_groups/12');
  await process(4713, 'sshd', '/dev/null');
  expect([...(await find([], [first]))]).toEqual([]);
});
