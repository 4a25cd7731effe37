import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findVdpaDevice } from '../../src/sriov/vdpa-device.js';
import { SysfsTree } from './sysfs-tree.js';

const address = '0000:3b:00.2';
let tree: SysfsTree;
beforeEach(async () => {
  tree = await SysfsTree.make();
  await tree.addFunction(address, { ens1v0: '' });
});
afterEach(() => tree.remove());

const add = (...path: string[]) =>
  mkdir(join(tree.root, 'bus/pci/devices', address, ...path), { recursive: true });

describe("the vDPA device of a virtual function's", () => {
  it('is the character device that vhost_vdpa made of it, whatever it is called', async () => {
    await add('vdpa7', 'vhost-vdpa-3');
    expect(await findVdpaDevice(tree.root, address)).toBe('/dev/vhost-vdpa-3');
    expect(await findVdpaDevice(tree.root, address.toUpperCase())).toBe('/dev/vhost-vdpa-3');
  });

  it.each<[string, string[]]>([
    ['has none', []],
    ['has one that another driver has', ['vdpa0', 'virtio0']],
  ])('is missing where the function %s', async (_, path) => {
    if (path.length > 0) await add(...path);
    expect(await findVdpaDevice(tree.root, address)).toBeUndefined();
  });

  it('is missing where there is no such function', async () => {
    expect(await findVdpaDevice(tree.root, '0000:ff:00.0')).toBeUndefined();
  });
});
