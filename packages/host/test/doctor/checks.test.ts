import { gzipSync } from 'node:zlib';
import { type Requirement, VifError } from '@vifkit/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDevice } from '../../src/doctor/check-device.js';
import { checkModule } from '../../src/doctor/check-module.js';
import { checkDpdk, checkOvsdb } from '../../src/doctor/check-open-vswitch.js';
import { checkProgram } from '../../src/doctor/check-program.js';
import { ExaminedFolders } from './examined.js';

let folders: ExaminedFolders;
beforeEach(() => {
  folders = new ExaminedFolders();
});
afterEach(() => folders.remove());

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
});
