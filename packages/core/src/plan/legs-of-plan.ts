import type { Leg } from '../connection/legs.js';
import type {
  BridgePortStep,
  LinkStep,
  OvsBridgeStep,
  OvsPortSettingsStep,
  OvsPortStep,
  Plan,
  Step,
} from './steps.js';

/** Neutron's VLAN for ports whose traffic is dropped. */
export const DEAD_VLAN = 4095;

/**
 * The legs that the steps of a plug's plan make or use. The plugin's `path` adds those that no step is about, such as a
 * tap that the hypervisor makes.
 */
export function legsOfPlan(plan: Plan): Leg[] {
  const seen = new Set<string>();
  const representors = new Set(plan.flatMap((step) => (isRepresentor(step) ? [step.name] : [])));
  const veths = new Map(plan.flatMap((step) => (step.kind === 'link' ? vethEnd(step) : [])));
  const isolated = new Set(plan.flatMap((step) => (settlesIsolated(step) ? [step.name] : [])));
  const tagged = new Set(plan.flatMap((step) => (settlesTagged(step) ? [step.name] : [])));
  const partners = new Map(plan.flatMap((step) => (step.kind === 'bridgePort' ? uplinkOf(step) : [])));
  const usesOvs = plan.some(({ kind }) => kind === 'ovsBridge' || kind === 'ovsPort');
  const legs = plan.flatMap((step): Leg[] => {
    switch (step.kind) {
      case 'link':
        return linkLegs(step, { representors, isolated, tagged, partners, seen });
      case 'ovsBridge':
        return [{ kind: 'ovsBridge', name: step.name, ...(isTrunks(step) && { joined: true }) }];
      case 'ovsPort':
        return [...checksumLegs(step, veths.get(step.name)), ...portLegs(step, { isolated, tagged })];
      case 'guestFilter':
        return [{ kind: 'guestFilter', name: step.name }];
      default:
        return [];
    }
  });
  return usesOvs ? [...legs, { kind: 'vswitchd', name: 'ovs-vswitchd' }] : legs;
}

/** A bridge of one VIF that other VIFs may use as well: the guest's trunk has several ports. */
function isTrunks({ own, exclusive }: OvsBridgeStep): boolean {
  return own === true && exclusive !== true;
}

function isRepresentor(step: Step): step is OvsPortStep {
  return step.kind === 'ovsPort' && step.representor === true;
}

function vethEnd({ name, create }: LinkStep): [string, string][] {
  return create?.type === 'veth' ? [[name, create.peer]] : [];
}

/** @param peer the other end, if the port is one end of a veth pair */
function checksumLegs({ bridge }: OvsPortStep, peer: string | undefined): Leg[] {
  return peer === undefined ? [] : [{ kind: 'checksum', name: peer, bridge }];
}

function settlesIsolated(step: Step): step is BridgePortStep | OvsPortSettingsStep {
  return (step.kind === 'bridgePort' || step.kind === 'ovsPortSettings') && step.isolated === true;
}

function settlesTagged(step: Step): step is BridgePortStep | OvsPortSettingsStep {
  if (step.kind !== 'bridgePort' && step.kind !== 'ovsPortSettings') return false;
  return step.trunks !== undefined && step.vlan === undefined;
}

function uplinkOf({ name, uplink }: BridgePortStep): [string, string][] {
  return uplink === undefined ? [] : [[name, uplink]];
}

interface Others {
  readonly representors: ReadonlySet<string>;
  /** What the request isolates. */
  readonly isolated: ReadonlySet<string>;
  /** What the request puts in VLANs that the guest tags, and in no other. */
  readonly tagged: ReadonlySet<string>;
  /** The members that guests' links must reach, by link. */
  readonly partners: ReadonlyMap<string, string>;
  /** The far ends of veth pairs, which have their own steps. */
  readonly seen: Set<string>;
}

function linkLegs(step: LinkStep, { representors, isolated, tagged, partners, seen }: Others): Leg[] {
  const { name, create, types, set = {}, ifPresent } = step;
  if (ifPresent) return []; // the guest's link: the plugin's `path` has it
  const sized = set.mtu === undefined ? {} : { mtu: set.mtu };
  const own: Leg[] = [];
  if (create?.type === 'tap') own.push({ kind: 'guestLink', name, madeBy: 'plug', ...sized });
  else if (create?.type === 'bridge' || types?.includes('bridge'))
    own.push({ kind: 'bridge', name, ...sized });
  else if (create?.type === 'vlan')
    own.push({ kind: 'vlan', name, below: create.link, id: create.id, ...sized });
  else if (create?.type === 'veth') {
    if (!seen.has(name)) own.push({ kind: 'veth', name, peer: create.peer, ...sized });
    seen.add(create.peer);
  } else if (!types?.includes('tap')) {
    own.push({ kind: 'uplink', name, ...sized, ...(representors.has(name) && { followsGuest: true }) });
  }
  if (set.master !== undefined) {
    const partner = partners.get(name);
    own.push({
      kind: 'bridgeMember',
      name,
      bridge: set.master,
      ...sized,
      ...(partner !== undefined && { partner }),
      ...(isolated.has(name) && { isolated: true }),
      ...(tagged.has(name) && { tagged: true }),
    });
  }
  return own;
}

function portLegs(step: OvsPortStep, { isolated, tagged }: Pick<Others, 'isolated' | 'tagged'>): Leg[] {
  const { name, bridge, type = '', externalIds, options, initial, wired, tag, byHypervisor } = step;
  const [interfaceId, mac] = [externalIds['iface-id'], externalIds['attached-mac']];
  const isGuests = !wired || type.startsWith('dpdkvhostuser');
  return [
    {
      kind: 'ovsPort',
      name,
      bridge,
      madeBy: byHypervisor ? 'hypervisor' : 'plug',
      linkBy: isGuests ? 'hypervisor' : 'plug',
      type,
      ...(interfaceId !== undefined && { interfaceId }),
      ...(mac !== undefined && { mac }),
      ...(type === 'patch' && options?.peer !== undefined && { peer: options.peer }),
      ...(initial?.tag === DEAD_VLAN && { isolated: true }),
      ...(tag !== undefined && { tag }),
      ...(isolated.has(name) && { protected: true }),
      ...(tagged.has(name) && { tagged: true }),
    },
    ...(interfaceId === undefined
      ? []
      : [{ kind: 'ovnBinding', name: interfaceId, bridge, port: name } as const]),
  ];
}
