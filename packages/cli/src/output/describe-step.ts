import type { LinkStep, OvsPortStep, Step } from '@vifkit/core';
import { printable } from './printable.js';

/** What a step wants of its object besides its being there: a few words. */
export function describeStep(step: Step): string {
  return printable(words(step).join(', '));
}

function words(step: Step): string[] {
  switch (step.kind) {
    case 'link':
      return linkWords(step);
    case 'linkAbsent':
    case 'ovsPortAbsent':
      return ['to be absent'];
    case 'ovsBridge':
      return mtuWords(step.mtu);
    case 'ovsPort':
      return portWords(step);
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

function linkWords({ create, set, initial }: LinkStep): string[] {
  const { master, up, mtu, address } = { ...initial, ...set };
  return [
    ...(create ? [creationWords[create.type]] : []),
    ...(create?.type === 'veth' ? [`to ${create.peer}`] : []),
    ...(create?.type === 'vlan' ? [`${create.id} on ${create.link}`] : []),
    ...(master ? [`in ${master}`] : []),
    ...(up ? ['up'] : []),
    ...mtuWords(mtu),
    ...(address ? [`MAC ${address}`] : []),
  ];
}

const creationWords = { bridge: 'bridge', veth: 'veth pair', tap: 'tap', vlan: 'VLAN' } as const;

function portWords({ bridge, type, tag, mtuRequest }: OvsPortStep): string[] {
  return [
    `on ${bridge}`,
    ...(type ? [`type ${type}`] : []),
    ...(tag === undefined ? [] : [`tag ${tag}`]),
    ...mtuWords(mtuRequest),
  ];
}

function mtuWords(mtu: number | undefined): string[] {
  return mtu === undefined ? [] : [`mtu ${mtu}`];
}
