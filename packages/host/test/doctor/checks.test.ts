import { gzipSync } from 'node:zlib';
import { type Requirement, VifError } from '@vifkit/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkBridgeNetfilter } from '../../src/doctor/check-bridge-netfilter.js';
import { checkDevice } from '../../src/doctor/check-device.js';
import { checkLibvirt } from '../../src/doctor/check-libvirt.js';
import { checkModule } from '../../src/doctor/check-module.js';
import { checkDatapath, checkDpdk, checkOvsdb } from '../../src/doctor/check-open-vswitch.js';
import { checkProgram } from '../../src/doctor/check-program.js';
import { ExaminedFolders } from './examined.js';

let folders: ExaminedFolders;
beforeEach(() => {
  folders = new ExaminedFolders();
});
afterEach(() => folders.remove());

it('what programs list is read no longer than the examination may take', async () => {
  const needed: Requirement = { kind: 'bridge', name: 'Linux bridges', from: 'the kernel' };
  const ended = checkBridgeNetfilter(needed, folders.host({ signal: AbortSignal.abort() }));
  await expect(ended).rejects.toMatchObject({ code: 'ABORTED' });
});

describe('a program', () => {
  const needed: Requirement = { kind: 'program', name: 'acmectl', from: 'the acme-agent package' };

  it('is found in any folder of PATH', async () => {
    folders.write('sbin/acmectl', '#!/bin/sh\n', 0o755);
    expect(await checkProgram(needed, folders.host())).toBeUndefined();
  });

  it('is lacking when nothing has its name', async () => {
    expect(await checkProgram(needed, folders.host())).toEqual({
      problem: "There is no program 'acmectl' on PATH",
      remedy: 'install it: it comes from the acme-agent package',
    });
  });

  it.each([
    ['a file that cannot be executed', () => folders.write('bin/acmectl')],
    ['a folder', () => folders.folder('bin/acmectl')],
  ])('is not %s', async (_, make) => {
    make();
    expect(await checkProgram(needed, folders.host())).toBeDefined();
  });
});

describe('a device', () => {
  const needed = (name: string): Requirement => ({ kind: 'device', name, from: "the kernel's module tun" });

  it('is there', async () => {
    expect(await checkDevice(needed('/dev/null'), folders.host())).toBeUndefined();
  });

  it('is lacking', async () => {
    const name = folders.path('net/tun');
    expect(await checkDevice(needed(name), folders.host())).toEqual({
      problem: `There is no ${name}`,
      remedy: "it comes from the kernel's module tun",
    });
  });
});

describe("a module of the kernel's", () => {
  const needed = (name: string): Requirement => ({ kind: 'module', name, from: "the kernel's modules" });

  it.each([
    ['loaded', () => folders.write('proc/modules', 'tun 61440 0 - Live 0x0\nvfio_pci 16384 0 - Live 0x0\n')],
    ['shown by sysfs', () => folders.folder('sys/module/vfio_pci')],
    ['built in', () => folders.write('modules/modules.builtin', 'kernel/drivers/vfio/pci/vfio-pci.ko\n')],
    [
      'installed',
      () => folders.write('modules/modules.dep', 'kernel/drivers/vfio/pci/vfio-pci.ko.xz: kernel/x.ko.xz\n'),
    ],
  ])('is %s, by either spelling of its name', async (_, make) => {
    make();
    expect(await checkModule(needed('vfio_pci'), folders.host())).toBeUndefined();
    expect(await checkModule(needed('vfio-pci'), folders.host())).toBeUndefined();
    expect(await checkModule(needed('vfio'), folders.host())).toBeDefined();
  });

  it('is built in where the kernel’s own configuration says so', async () => {
    const config =
      'CONFIG_MACVTAP=y\nCONFIG_VLAN_8021Q=y\n# CONFIG_OPENVSWITCH is not set\nCONFIG_VFIO_PCI=m\n';
    folders.write('proc/config.gz', gzipSync(config));
    expect(await checkModule(needed('macvtap'), folders.host())).toBeUndefined();
    expect(await checkModule(needed('8021q'), folders.host())).toBeUndefined();
    expect(await checkModule(needed('openvswitch'), folders.host())).toBeDefined();
    expect(await checkModule(needed('vfio-pci'), folders.host())).toBeDefined(); // a module that is not installed
  });

  it('is lacking where another module only needs it', async () => {
    folders.write('modules/modules.dep', 'kernel/drivers/net/macvtap.ko: kernel/drivers/net/8021q.ko\n');
    expect(await checkModule(needed('8021q'), folders.host())).toMatchObject({
      problem: expect.stringContaining('8021q'),
      remedy: expect.stringContaining('modprobe 8021q'),
    });
  });
});

describe('the address of new links', () => {
  const ip: Requirement = { kind: 'program', name: 'ip', from: 'iproute2' };
  const host = () =>
    folders.host({ linkFolders: [folders.path('etc'), folders.path('lib')], runFolder: folders.path('run') });
  const policy = (value: string, match = 'OriginalName=*') =>
    `[Match]\n${match}\n\n[Link]\nNamePolicy=keep\nMACAddressPolicy=${value}\n`;
  beforeEach(() => {
    folders.write('bin/ip', '', 0o755);
    folders.write('run/udev/control');
    folders.write('lib/99-default.link', policy('persistent'));
  });

  it('is reported to be given by udev, as a warning', async () => {
    expect(await checkProgram(ip, host())).toMatchObject({
      problem: expect.stringContaining('MACAddressPolicy=persistent'),
      isWarning: true,
    });
  });

  it.each([
    [
      'an earlier file says otherwise',
      () => folders.write('etc/10-vifs.link', policy('none', 'OriginalName=tap* brq*')),
    ],
    ['a file of that name hides it', () => folders.write('etc/99-default.link', policy('none'))],
    ['udev does not run', () => folders.drop('run/udev/control')],
  ])('is left alone where %s', async (_, settle) => {
    settle();
    expect(await checkProgram(ip, host())).toBeUndefined();
  });

  it('is not that of links known by something else', async () => {
    folders.write('etc/10-card.link', policy('none', 'MACAddress=52:54:00:00:00:01'));
    expect(await checkProgram(ip, host())).toBeDefined();
  });
});

describe("libvirt's daemon", () => {
  const libvirt: Requirement = { kind: 'libvirt', name: 'libvirt', from: 'libvirt-daemon-system' };
  const listening = (path: string) =>
    `Num       RefCount Protocol Flags    Type St Inode Path\n00000000: 00000002 00000000 00010000 0001 01 20 ${path}\n`;

  it.each(['libvirt-sock', 'virtqemud-sock'])('listens on %s', async (name) => {
    folders.write('proc/self/net/unix', listening(`/run/libvirt/${name}`));
    expect(await checkLibvirt(libvirt, folders.host())).toBeUndefined();
  });

  it('does not listen, which others than its guests can do without', async () => {
    folders.write('proc/self/net/unix', listening('/run/other/sock'));
    expect(await checkLibvirt(libvirt, folders.host())).toMatchObject({ isWarning: true });
  });
});

describe('Open vSwitch', () => {
  const ovsdb: Requirement = { kind: 'ovsdb', name: 'Open vSwitch', from: 'openvswitch-switch' };
  const dpdk: Requirement = { kind: 'dpdk', name: 'Open vSwitch with DPDK', from: 'openvswitch-switch-dpdk' };

  it('is lacking when its database does not answer, and so is its DPDK', async () => {
    const openVSwitch = () => Promise.reject(new VifError('OVSDB_UNREACHABLE', 'No server listens'));
    const host = folders.host({ openVSwitch });
    const problem = 'No server listens';
    expect(await checkOvsdb(ovsdb, host)).toEqual({
      problem,
      remedy: 'Open vSwitch comes from openvswitch-switch',
    });
    expect(await checkDpdk(dpdk, host)).toMatchObject({ problem });
  });

  it('may be there without DPDK', async () => {
    expect(await checkOvsdb(ovsdb, folders.host())).toBeUndefined();
    expect(await checkDpdk(dpdk, folders.host())).toMatchObject({
      problem: 'Open vSwitch runs without DPDK',
      remedy: expect.stringMatching(/openvswitch-switch-dpdk.*dpdk-init=true/),
    });
  });

  it('may be there with it', async () => {
    const host = folders.host({ openVSwitch: async () => ({ hasDpdk: true }) });
    expect(await checkDpdk(dpdk, host)).toBeUndefined();
  });

  it.each([
    ['without a driver for pools of memory', '/usr/lib/librte_eal.so.23', true],
    ['with one', '/usr/lib/librte_eal.so.23\n7f00 r-xp /usr/lib/dpdk/librte_mempool_ring.so.23', false],
    ['as a part of the program', '/usr/sbin/ovs-vswitchd', false],
  ])('may have DPDK %s', async (_, mapped, isLacking) => {
    const directory = folders.path('run/openvswitch');
    folders.write('run/openvswitch/ovs-vswitchd.pid', '4711\n');
    folders.write('proc/4711/maps', `7f00 r-xp ${mapped}\n`);
    const host = folders.host({ openVSwitch: async () => ({ hasDpdk: true, directory }) });
    const lack = isLacking ? { remedy: expect.stringContaining('librte_mempool_ring') } : undefined;
    const found = await checkDpdk(dpdk, host);
    if (lack) expect(found).toMatchObject(lack);
    else expect(found).toBeUndefined();
  });

  const bridge = { name: 'br-int', datapathType: 'system' };

  it("is of no use with a bridge that it could not make, or while OVN's controller is down", async () => {
    const error = 'failed to create bridge br-int: Protocol not supported';
    const broken = async () => ({ hasDpdk: false, bridges: [{ ...bridge, error }] });
    expect(await checkOvsdb(ovsdb, folders.host({ openVSwitch: broken }))).toMatchObject({
      problem: `Bridge br-int, whose datapath is 'system', does not work: ${error}`,
    });
    const controllerFault = 'ovn-controller does not run on this host';
    const alone = async () => ({ hasDpdk: false, bridges: [bridge], controllerFault });
    expect(await checkOvsdb(ovsdb, folders.host({ openVSwitch: alone }))).toMatchObject({
      problem: controllerFault,
    });
  });

  it("lacks the kernel's datapath without its module, unless its bridges have another", async () => {
    const system: Requirement = { kind: 'datapath', name: 'system', from: 'the module openvswitch' };
    const lacks = async (...bridges: { name: string; datapathType: string }[]) => {
      const openVSwitch = async () => ({ hasDpdk: false, datapathTypes: ['netdev', 'system'], bridges });
      return (await checkDatapath(system, folders.host({ openVSwitch }))) !== undefined;
    };
    expect(await lacks()).toBe(true);
    expect(await lacks(bridge)).toBe(true);
    expect(await lacks({ ...bridge, datapathType: 'netdev' })).toBe(false);
    folders.write('modules/modules.dep', 'kernel/net/openvswitch/openvswitch.ko.xz: x\n');
    expect(await lacks(bridge)).toBe(false);
  });
});
