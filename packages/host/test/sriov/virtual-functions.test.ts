import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pciNetDevice } from '../../src/sriov/pci-net-device.js';
import { findVirtualFunctions } from '../../src/sriov/virtual-functions.js';
import { SysfsTree } from './sysfs-tree.js';

const pf = '0000:c2:00.0';
let sysfs: SysfsTree;
const find = async (address: string) => (await findVirtualFunctions(sysfs.root, [address])).get(address);
const missing = (text: RegExp) => ({ code: 'PCI_DEVICE_NOT_FOUND', message: expect.stringMatching(text) });

beforeEach(async () => {
  sysfs = await SysfsTree.make();
});
afterEach(() => sysfs.remove());

describe('virtual functions', () => {
  it('are found with their numbers and network devices', async () => {
    await sysfs.addFunction(pf, { ens79: 'p0' });
    await sysfs.addVirtual(pf, 0, '0000:c2:0c.2');
    await sysfs.addVirtual(pf, 55, '0000:c2:0c.3', 'ens79v55');
    const found = await findVirtualFunctions(sysfs.root, ['0000:C2:0C.3', '0000:c2:0c.2']);
    expect(Object.fromEntries(found)).toEqual({
      '0000:C2:0C.3': { pf: 'ens79', index: 55, netDevice: 'ens79v55' },
      '0000:c2:0c.2': { pf: 'ens79', index: 0 },
    });
  });

  it('are found where physfn is a folder and no link', async () => {
    const folder = join(sysfs.root, 'bus/pci/devices/0000:c2:0c.3/physfn');
    await mkdir(join(folder, 'net/ens79'), { recursive: true });
    await symlink('../0000:c2:0c.3', join(folder, 'virtfn7'));
    expect(await find('0000:c2:0c.3')).toEqual({ pf: 'ens79', index: 7 });
  });

  it('belong to their physical function, not to a representor beside it', async () => {
    await sysfs.addFunction(pf, { eth0: 'pf0vf0', eth1: 'pf0sf88', eth2: '3', ens79: 'p0' });
    await sysfs.addVirtual(pf, 0, '0000:c2:00.1');
    expect(await find('0000:c2:00.1')).toMatchObject({ pf: 'ens79' });
    expect(await pciNetDevice(sysfs.root, pf)).toBe('ens79');
  });

  it('are missed with a sentence that says what is missing', async () => {
    await sysfs.addFunction(pf, { ens79: '' });
    await sysfs.addFunction('0000:c3:00.0');
    await sysfs.addVirtual('0000:c3:00.0', 0, '0000:c3:00.1');
    await sysfs.addVirtual(pf, undefined, '0000:c2:00.1');
    expect(await find('0000:c4:00.0')).toMatchObject(
      missing(/no PCI device 0000:c4:00.0 .*correct its address, or make its function/),
    );
    expect(await find(pf)).toMatchObject(
      missing(/0000:c2:00.0 is not a virtual function.* Give the address of a virtual one/),
    );
    expect(await find('0000:c3:00.1')).toMatchObject(
      missing(/function of 0000:c3:00.1 has no network device/),
    );
    expect(await find('0000:c2:00.1')).toMatchObject(missing(/ens79 does not list 0000:c2:00.1/));
  });
});

describe('the network device of a PCI function', () => {
  it('is found for a function of either kind, however its address is spelt', async () => {
    await sysfs.addFunction(pf, { ens79: '' });
    await sysfs.addVirtual(pf, 0, '0000:c2:00.1', 'ens79v0');
    expect(await pciNetDevice(sysfs.root, '0000:C2:00.0')).toBe('ens79');
    expect(await pciNetDevice(sysfs.root, '0000:c2:00.1')).toBe('ens79v0');
  });

  it('is missing where there is none', async () => {
    await sysfs.addFunction(pf);
    expect(await pciNetDevice(sysfs.root, pf)).toBeUndefined();
    expect(await pciNetDevice(sysfs.root, '0000:c4:00.0')).toBeUndefined();
  });
});
