import type { Requirement } from '@vifkit/core';
import type { Step } from '@vifkit/core/steps';
import type { JudgedLeg } from '@vifkit/engine/connection';

const ip: Requirement = { kind: 'program', name: 'ip', from: 'iproute2' };
const nft: Requirement = { kind: 'program', name: 'nft', from: 'nftables' };
const ethtool: Requirement = { kind: 'program', name: 'ethtool', from: 'ethtool' };
const bridge: Requirement = { kind: 'bridge', name: 'Linux bridges', from: 'the kernel' };
const tun: Requirement = { kind: 'device', name: '/dev/net/tun', from: "the kernel's module tun" };
const openVSwitch: Requirement = { kind: 'ovsdb', name: 'Open vSwitch', from: 'openvswitch-switch' };
const dpdk: Requirement = { kind: 'dpdk', name: 'Open vSwitch with DPDK', from: 'openvswitch-switch-dpdk' };
const libvirt: Requirement = { kind: 'libvirt', name: 'libvirt', from: 'libvirt-daemon-system' };

/**
 * What the steps of a plan, and the path that they make, need on a host. A plugin lists everything that it may need for
 * any VIF; this is only what this plan needs. Each requirement is listed once.
 */
export function needsOfPlan(steps: readonly Step[], legs: readonly JudgedLeg[]): Requirement[] {
  const needs = [...steps.flatMap(needsOfStep), ...legs.flatMap(needsOfLeg)];
  const named = new Map(needs.map((each) => [`${each.kind} ${each.name}`, each]));
  // An Open vSwitch with DPDK is an Open vSwitch too.
  if (named.has(`dpdk ${dpdk.name}`)) named.delete(`ovsdb ${openVSwitch.name}`);
  return [...named.values()];
}

function needsOfStep(step: Step): Requirement[] {
  switch (step.kind) {
    case 'link':
      return [
        ip,
        ...(step.create?.type === 'bridge' || step.set?.master !== undefined ? [bridge] : []),
        ...(step.create?.type === 'tap' ? [tun] : []),
        ...(step.create?.type === 'vlan' ? [module('8021q')] : []),
        ...(step.set?.checksumOffload === undefined ? [] : [ethtool]),
      ];
    case 'linkAbsent':
    case 'linkUser':
    case 'linkUserAbsent':
    case 'vf':
      return [ip];
    case 'ovsBridge':
      return [openVSwitch, datapath(step.datapathType)];
    case 'ovsPort':
      return step.type?.startsWith('dpdk') ? [dpdk] : [openVSwitch];
    case 'guestFilter':
      return [nft];
    case 'command':
      return [{ kind: 'program', name: step.argv[0] ?? '', from: step.vendor ?? 'its vendor' }];
    default:
      return [];
  }
}

function needsOfLeg({ leg }: JudgedLeg): Requirement[] {
  switch (leg) {
    case 'guestLink':
      return [libvirt];
    case 'macvtap':
      return [module('macvtap'), libvirt];
    case 'function':
      return [module('vfio-pci'), libvirt];
    case 'socket':
      return [libvirt];
    default:
      return [];
  }
}

function module(name: string): Requirement {
  return { kind: 'module', name, from: "the kernel's modules" };
}

function datapath(name: string): Requirement {
  const from = name === 'system' ? "the kernel's module openvswitch" : 'openvswitch-switch';
  return { kind: 'datapath', name, from };
}
