import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRepresentor } from '../../src/sriov/representor.js';
import { SysfsTree } from './sysfs-tree.js';

/** What sysfs has of a network device: its `phys_switch_id` and `phys_port_name`; undefined where it has no file. */
type Device = readonly [switchId?: string | undefined, portName?: string];

interface Card {
  readonly devices: Readonly<Record<string, Device>>;
  /** The network devices in the folders of physical functions, by address. */
  readonly functions: Readonly<Record<string, readonly string[]>>;
}

const [first, second] = ['0000:03:00.0', '0000:03:00.1'] as const;
const vfOf = { [first]: '0000:03:00.4', [second]: '0000:03:01.4' } as const;

/** Cards as sysfs shows them, by what drivers have called the ports; each function has a virtual one of number 1. */
const cards: Readonly<Record<string, Card>> = {
  '0, as old drivers have it': {
    functions: { [first]: ['ens1f0'] },
    devices: {
      ens1f0: ['7cfe90ff42a0'],
      eth0: ['7cfe90ff42a0', '0'],
      eth1: ['7cfe90ff42a0', '1'],
      eth2: ['7cfe90ff42a0', '2'],
      eth9: ['248a07ff1122', '1'],
    },
  },
  pf0vf1: {
    functions: { [first]: ['ens1f0np0', 'ens1f0npf0vf1', 'ens1f0npf0vf2'] },
    devices: {
      ens1f0np0: ['b8cef6ff1a2c', 'p0'],
      ens1f0npf0vf1: ['b8cef6ff1a2c', 'pf0vf1'],
      ens1f0npf0vf2: ['b8cef6ff1a2c', 'pf0vf2'],
      ens1f0npf0sf1: ['b8cef6ff1a2c', 'pf0sf1'],
      ens2np0: ['b8cef6ff9999', 'p0'],
      ens2npf0vf1: ['b8cef6ff9999', 'pf0vf1'],
    },
  },
  'two physical functions in one switch': {
    functions: { [first]: ['ens1f0np0'], [second]: ['ens1f1np1'] },
    devices: {
      ens1f0np0: ['b8cef6ff1a2c', 'p0'],
      ens1f1np1: ['b8cef6ff1a2c', 'p1'],
      ens1f0npf0vf1: ['b8cef6ff1a2c', 'pf0vf1'],
      ens1f1npf1vf1: ['b8cef6ff1a2c', 'pf1vf1'],
    },
  },
  c0pf1vf2: {
    functions: { [first]: ['p0'], [second]: ['p1'] },
    devices: {
      p0: ['a088c2ff0001', 'p0'],
      p1: ['a088c2ff0001', 'p1'],
      en0c0pf0vf1: ['a088c2ff0001', 'c0pf0vf1'],
      en1c0pf1vf1: ['a088c2ff0001', 'c0pf1vf1'],
      en1c0pf1vf2: ['a088c2ff0001', 'c0pf1vf2'],
    },
  },
  'another host’s functions beside this one’s': {
    functions: { [first]: ['p0'] },
    devices: {
      p0: ['a088c2ff0001', 'p0'],
      c1rep: ['a088c2ff0001', 'c1pf0vf1'],
      localrep: ['a088c2ff0001', 'pf0vf1'],
    },
  },
  'vf1@pf0': {
    functions: { [first]: ['enp3s0'] },
    devices: { enp3s0: ['00154d130a'], rep1: ['00154d130a', 'vf1@pf0'], rep2: ['00154d130a', 'vf1@pf1'] },
  },
  'no switch (legacy mode)': {
    functions: { [first]: ['ens1f0'] },
    devices: { ens1f0: [undefined, 'p0'], stray: ['', '1'], odd: [undefined, '1'] },
  },
};

let sysfs: SysfsTree;
beforeEach(async () => {
  sysfs = await SysfsTree.make();
});
afterEach(() => sysfs.remove());

async function build({ devices, functions }: Card): Promise<void> {
  for (const [name, [switchId, portName]] of Object.entries(devices)) {
    const folder = join(sysfs.root, 'class/net', name);
    await mkdir(folder, { recursive: true });
    if (switchId !== undefined) await writeFile(join(folder, 'phys_switch_id'), `${switchId}\n`);
    if (portName !== undefined) await writeFile(join(folder, 'phys_port_name'), `${portName}\n`);
  }
  for (const [address, names] of Object.entries(functions)) {
    const ports = names.map((name) => [name, devices[name]?.[1] ?? '']);
    await sysfs.addFunction(address, Object.fromEntries(ports));
    await sysfs.addVirtual(address, 1, vfOf[address as keyof typeof vfOf]);
  }
}

describe('the representor of a virtual function', () => {
  it.each<[string, string, string | undefined]>([
    ['0, as old drivers have it', first, 'eth1'],
    ['pf0vf1', first, 'ens1f0npf0vf1'],
    ['two physical functions in one switch', first, 'ens1f0npf0vf1'],
    ['two physical functions in one switch', second, 'ens1f1npf1vf1'],
    ['c0pf1vf2', first, 'en0c0pf0vf1'],
    ['c0pf1vf2', second, 'en1c0pf1vf1'],
    ['another host’s functions beside this one’s', first, 'localrep'],
    ['vf1@pf0', first, 'rep1'],
    ['no switch (legacy mode)', first, undefined],
  ])('is found where ports are called so: %s, below %s', async (name, pfAddress, netDevice) => {
    const card = cards[name];
    if (!card) throw new Error(`There is no card ${name}`);
    await build(card);
    const found = await findRepresentor(sysfs.root, vfOf[pfAddress as keyof typeof vfOf].toUpperCase());
    expect(found).toEqual({ pfAddress, index: 1, ...(netDevice !== undefined && { netDevice }) });
  });

  it('is unknown, but the function is not, while DPDK has the physical function', async () => {
    await sysfs.addFunction(first);
    await sysfs.addVirtual(first, 3, '0000:03:00.5');
    expect(await findRepresentor(sysfs.root, '0000:03:00.5')).toEqual({ pfAddress: first, index: 3 });
  });

  it('is not asked for a physical function, nor for what is missing or not counted', async () => {
    await sysfs.addFunction(first, { ens1f0: '' });
    await sysfs.addVirtual(first, undefined, '0000:03:00.5');
    for (const address of [first, '0000:09:00.0', '0000:03:00.5']) {
      expect(await findRepresentor(sysfs.root, address), address).toBeUndefined();
    }
  });
});
