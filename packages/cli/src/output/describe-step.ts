import type { BridgePortStep, LinkStep, OvsPortSettingsStep, OvsPortStep, Step } from '@vifkit/core';
import { printable } from './printable.js';

/**
 * What a step wants of its object besides its being there: a few words.
 * @param makes whether the object is still to be made, and so gets the initial attributes as well
 */
export function describeStep(step: Step, makes: boolean): string {
  return printable(words(step, makes).join(', '));
}

function words(step: Step, makes: boolean): string[] {
  switch (step.kind) {
    case 'link':
      return linkWords(step, makes);
    case 'linkUser':
      return [`used by ${step.user}`];
    case 'linkUserAbsent':
      return [`not used by ${step.user}`];
    case 'linkAbsent':
    case 'ovsPortAbsent':
    case 'ovsVifPortsAbsent':
      return ['to be absent'];
    case 'ovsBridgeAbsent':
      return ['to be absent once idle'];
    case 'ovsBridge':
      return mtuWords(step.mtu);
    case 'ovsPort':
      return portWords(step, makes);
    case 'ovsPortSettings':
    case 'bridgePort':
      return settingsWords(step);
    case 'guestFilter':
      return [`MAC ${step.mac}`, ...step.addresses];
    case 'guestFilterAbsent':
      return ['to be absent'];
    case 'vf':
      return [
        ...(step.mac ? [`MAC ${step.mac}`] : []),
        ...(step.vlan ? [`VLAN ${step.vlan}`] : []),
        ...(step.trust ? ['trusted'] : []),
      ];
    case 'command':
      return [step.argv.slice(1).join(' ')];
    case 'custom':
      return [];
  }
}

function settingsWords(step: OvsPortSettingsStep | BridgePortStep): string[] {
  const { vlan, trunks, isolated } = step;
  const { ingress, egress } = 'ingress' in step || 'egress' in step ? step : {};
  return [
    ...(vlan === undefined ? [] : [`VLAN ${vlan}`]),
    ...(trunks ? [`trunk of ${trunks.join(', ')}`] : []),
    ...(isolated ? ['isolated'] : []),
    ...(ingress ? [`${ingress.rate} kbit/s from the guest`] : []),
    ...(egress ? [`${egress.rate} kbit/s to the guest`] : []),
  ];
}

function linkWords({ create, set, initial }: LinkStep, makes: boolean): string[] {
  const { master, up, mtu, address, promisc, ipv6, arpIgnore, arpAnnounce, bridge } = {
    ...(makes && initial),
    ...set,
  };
  return [
    ...(create ? [creationWords[create.type]] : []),
    ...(create?.type === 'veth' ? [`to ${create.peer}`] : []),
    ...(create?.type === 'vlan' ? [`${create.id} on ${create.link}`] : []),
    ...(create?.type === 'tap' && create.multiQueue ? ['several queues'] : []),
    ...(master ? [`in ${master}`] : []),
    ...flagWords({ up, promiscuous: promisc, IPv6: ipv6 }),
    ...mtuWords(mtu),
    ...(address ? [`MAC ${address}`] : []),
    ...numberWords({ 'ARP ignore': arpIgnore, 'ARP announce': arpAnnounce }),
    ...flagWords({ STP: bridge?.stp, 'multicast snooping': bridge?.multicastSnooping }),
    ...numberWords({ 'forward delay': bridge?.forwardDelay, ageing: bridge?.ageing }),
  ];
}

/** `up`, or `IPv6 off`. */
function flagWords(flags: Readonly<Record<string, boolean | undefined>>): string[] {
  return Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : value ? name : `${name} off`,
  );
}

function numberWords(numbers: Readonly<Record<string, number | undefined>>): string[] {
  return Object.entries(numbers).flatMap(([name, value]) => (value === undefined ? [] : `${name} ${value}`));
}

const creationWords = {
  bridge: 'bridge',
  veth: 'veth pair',
  tap: 'tap',
  vlan: 'VLAN',
  command: 'made by the command',
} as const;

function portWords({ bridge, type, tag, initial, mtuRequest }: OvsPortStep, makes: boolean): string[] {
  const { tag: initialTag, vlanMode, trunks, qosType } = (makes && initial) || {};
  const vlan = tag ?? initialTag;
  return [
    `on ${bridge}`,
    ...(type ? [`type ${type}`] : []),
    ...(vlan === undefined ? [] : [`tag ${vlan}`]),
    ...(vlanMode ? [`VLAN mode ${vlanMode}`] : []),
    ...(trunks ? [`trunks ${trunks.join(' ')}`] : []),
    ...(qosType ? [`QoS ${qosType}`] : []),
    ...mtuWords(mtuRequest),
  ];
}

function mtuWords(mtu: number | undefined): string[] {
  return mtu === undefined ? [] : [`mtu ${mtu}`];
}
