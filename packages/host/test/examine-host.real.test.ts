import type { Requirement } from '@vifkit/core';
import { Deadline } from '@vifkit/engine/time';
import { startOpenVSwitch } from '@vifkit/testkit/bed';
import { expect, it } from 'vitest';
import { examineHost } from '../src/examine-host.js';

const ip: Requirement = { kind: 'program', name: 'ip', from: 'iproute2' };
const tun: Requirement = { kind: 'device', name: '/dev/net/tun', from: "the kernel's module tun" };
const none: Requirement = { kind: 'program', name: 'no-such-program', from: 'nowhere' };
const ovs: Requirement = { kind: 'ovsdb', name: 'Open vSwitch', from: 'openvswitch-switch' };
const dpdk: Requirement = { kind: 'dpdk', name: 'Open vSwitch with DPDK', from: 'openvswitch-switch-dpdk' };
const soon = () => new Deadline(20_000).signal;

it('answers in the order of the requirements, from the Open vSwitch that it is given', async () => {
  const { endpoint, stop } = await startOpenVSwitch();
  try {
    const found = await examineHost([none, ip, dpdk, ovs, tun], { ovsdb: endpoint }, soon());
    expect(found).toMatchObject([
      { problem: expect.stringContaining('no-such-program') },
      undefined,
      { problem: 'Open vSwitch runs without DPDK' },
      undefined,
      undefined,
    ]);
  } finally {
    await stop();
  }
});

it('says of an Open vSwitch that is missing where it was looked for', async () => {
  const [lack] = await examineHost([ovs], { ovsdb: 'unix:/nonexistent/db.sock' }, soon());
  expect(lack?.problem).toContain('unix:/nonexistent/db.sock');
});

it('refuses an endpoint that is none', async () => {
  await expect(examineHost([], { ovsdb: 'nowhere' }, soon())).rejects.toMatchObject({
    code: 'INVALID_OPTIONS',
  });
});

it('looks for programs where a helper finds them, too', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  try {
    const found = (rootHelper: string[]) => examineHost([ip], { rootHelper }, soon());
    expect(await found([])).toMatchObject([{ problem: expect.stringContaining('ip') }]);
    expect(await found(['sudo', '-n'])).toEqual([undefined]);
    expect(await examineHost([ip], { toolHelper: ['sudo', '-n'] }, soon())).toEqual([undefined]);
  } finally {
    process.env.PATH = path;
  }
});
