import { VifError } from '@vifkit/core';
import type {
  AttemptedTask,
  Difference,
  Inspection,
  Outcome,
  StepRunner,
  Task,
  VifStep,
} from '@vifkit/core/step-kinds';
import type { BridgePortStep } from '@vifkit/core/steps';
import type { VlansOnPath } from '@vifkit/engine/connection';
import { hostPrograms, type Programs } from '../commands/programs.js';
import { type Argv, rightsHint } from '../commands/run-program.js';
import { type BridgeMember, DEFAULT_VLAN, readMembers, runBridge } from './bridge-program.js';

/** The commands that configure a member, and those that undo it. */
interface VlanChange {
  readonly apply: readonly Argv[];
  readonly undo: readonly Argv[];
  /** The VLANs that the uplink is put into. */
  readonly added: readonly number[];
  /** Whether the bridge has filtered VLANs before. */
  readonly wasFiltering: boolean;
}

/**
 * Configures members of Linux bridges: VLANs and isolation, with `bridge` of iproute2. A bridge filters VLANs once the
 * first member needs it; members without VLAN settings stay in VLAN 1 together, as before.
 */
export class BridgePortRunner implements StepRunner<BridgePortStep, VlanChange, true> {
  readonly kinds = ['bridgePort'] as const;

  constructor(
    private readonly rootHelper: readonly string[] = [],
    private readonly programs: Programs = hostPrograms,
  ) {}

  async inspect(
    steps: readonly VifStep<BridgePortStep>[],
    signal: AbortSignal,
  ): Promise<readonly Inspection<VlanChange>[]> {
    const members = await readMembers(this.programs, signal);
    return steps.map(({ step }) => {
      const differences = differencesOf(step, members);
      return differences.length > 0 ? { change: changeOf(step, members), differences } : { differences };
    });
  }

  async apply(
    tasks: readonly Task<BridgePortStep, VlanChange>[],
    signal: AbortSignal,
  ): Promise<readonly Outcome<true>[]> {
    const outcomes: Outcome<true>[] = [];
    for (const { step, vifId, change } of tasks) {
      const error = await this.#run(step, vifId, change.apply, signal);
      outcomes.push(error ? { error } : { done: true });
    }
    return outcomes;
  }

  /** The bridge continues to filter, and its uplink keeps VLANs, if other members need that by now. */
  async undo(
    tasks: readonly AttemptedTask<BridgePortStep, VlanChange, true>[],
    signal: AbortSignal,
  ): Promise<readonly (VifError | undefined)[]> {
    const errors: (VifError | undefined)[] = [];
    for (const { step, vifId, change } of tasks)
      errors.push(await this.#run(step, vifId, change.undo, signal));
    const members = await readMembers(this.programs, signal);
    const undone = new Set(tasks.map(({ step }) => step.name));
    for (const [i, { step, vifId, change }] of tasks.entries())
      errors[i] ??= await this.#run(step, vifId, restoringBridge(step, change, members, undone), signal);
    return errors;
  }

  async #run(
    { name }: BridgePortStep,
    vifId: string,
    commands: readonly Argv[],
    signal: AbortSignal,
  ): Promise<VifError | undefined> {
    let first: string | undefined;
    for (const argv of commands) {
      const complaint = await runBridge(this.rootHelper, argv, this.programs, signal);
      first ??= complaint;
    }
    if (first === undefined) return undefined;
    const text = `The VLANs of ${name} could not be set: ${first}${rightsHint(first) || kernelHint(first)}`;
    return new VifError('LINK_COMMAND_FAILED', text, { vifId });
  }
}

/** Kernels may be built without bridges that filter VLANs: the end of a message. */
function kernelHint(complaint: string): string {
  const isUnknown = /operation not supported/i.test(complaint);
  return isUnknown ? '; this needs a kernel whose bridges filter VLANs (CONFIG_BRIDGE_VLAN_FILTERING)' : '';
}

/** The settings of a member. */
interface MemberSettings extends VlansOnPath {
  readonly isolated: boolean;
}

type Members = ReadonlyMap<string, BridgeMember>;

function changeOf(step: BridgePortStep, members: Members): VlanChange {
  const { name, bridge, uplink = '' } = step;
  const wanted = wantedBy(step, members);
  const before = members.get(name);
  const added = lackingOf(step, wanted, members);
  return {
    apply: [
      filtering(bridge, true),
      ...linesFor(name, wanted, membershipIn(step, members)),
      ...added.map((vlan) => adding(uplink, vlan)),
    ],
    undo: before?.master === bridge ? linesFor(name, before, wanted) : [],
    added,
    wasFiltering: members.get(bridge)?.filters ?? false,
  };
}

/**
 * The commands that restore the bridge and its uplink.
 * @param undone members whose settings are undone: they need nothing of it
 */
function restoringBridge(
  { bridge, uplink }: BridgePortStep,
  { added, wasFiltering }: VlanChange,
  members: Members,
  undone: ReadonlySet<string>,
): Argv[] {
  const others = [...members].filter(([name, { master }]) => master === bridge && !undone.has(name));
  const guests = others.flatMap(([name, member]) => (name === uplink ? [] : member));
  const needed = guests.flatMap(carriedBy);
  const leaving = added.filter((vlan) => !needed.includes(vlan));
  const present = vlansIn(members.get(uplink ?? '')).filter((vlan) => leaving.includes(vlan));
  const removals = present.map((vlan) => removing(uplink ?? '', vlan));
  const itself = members.get(bridge);
  const isNeeded = others.some(([name, member]) =>
    carriedBy(member).some((vlan) => name !== uplink || !leaving.includes(vlan)),
  );
  return itself?.filters && !wasFiltering && !isNeeded ? [...removals, filtering(bridge, false)] : removals;
}

function filtering(bridge: string, on: boolean): Argv {
  return ['ip', 'link', 'set', 'dev', bridge, 'type', 'bridge', 'vlan_filtering', on ? '1' : '0'];
}

/** The VLAN that a bridge gives new members: also one that is still to be made. */
function defaultVlanOf({ bridge }: BridgePortStep, members: Members): number | null {
  const found = members.get(bridge);
  return found ? found.defaultVlan : DEFAULT_VLAN;
}

function wantedBy(step: BridgePortStep, members: Members): MemberSettings {
  const { vlan, trunks: tagged = [], isolated = false } = step;
  const usual = defaultVlanOf(step, members) ?? DEFAULT_VLAN;
  // A trunk without a native VLAN carries no untagged packets.
  const isTrunk = tagged.length > 0 && (vlan === undefined || vlan === DEFAULT_VLAN);
  const native = isTrunk ? null : (vlan ?? usual);
  return { native, tagged, untagged: native === null ? [] : [native], isolated };
}

/** The VLANs that the uplink does not carry yet. VLAN 1 is for packets without a VLAN. */
function lackingOf({ uplink }: BridgePortStep, wanted: VlansOnPath, members: Members): number[] {
  if (uplink === undefined) return [];
  const carried = vlansIn(members.get(uplink));
  return carriedBy(wanted).filter((vlan) => !carried.includes(vlan));
}

function carriedBy(wanted: VlansOnPath): number[] {
  return vlansIn(wanted).filter((vlan) => vlan > DEFAULT_VLAN);
}

function vlansIn(vlans: VlansOnPath | undefined): number[] {
  if (!vlans) return [];
  return vlans.native === null ? [...vlans.tagged] : [vlans.native, ...vlans.tagged];
}

function differencesOf(step: BridgePortStep, members: Members): Difference[] {
  const wanted = wantedBy(step, members);
  const member = members.get(step.name);
  const actual = member?.master === step.bridge ? member : undefined;
  const vlans = carriedBy(wanted);
  const lacking = lackingOf(step, wanted, members);
  const ids: [string, unknown, unknown][] = [
    ['vlan', wanted.native, actual ? actual.native : null],
    ['trunks', wanted.tagged, actual?.tagged ?? []],
  ];
  // Which VLANs leave it without a tag follows from these, unless somebody has changed that alone.
  const untagged: typeof ids = ids.every(isSame)
    ? [['untagged', wanted.untagged, actual?.untagged ?? wanted.untagged]]
    : [];
  const pairs: typeof ids = [
    ['vlanFiltering', true, members.get(step.bridge)?.filters ?? false],
    ...ids,
    ...untagged,
    ['isolated', wanted.isolated, actual?.isolated ?? false],
    ['uplink', vlans, vlans.filter((vlan) => !lacking.includes(vlan))],
  ];
  return pairs
    .filter((pair) => !isSame(pair))
    .map(([attribute, expected, found]) => ({ attribute, expected, actual: found }));
}

function isSame([, expected, found]: [string, unknown, unknown]): boolean {
  return JSON.stringify(expected) === JSON.stringify(found);
}

/**
 * The VLANs of a link as a member of the bridge, whether it already is one or becomes one in an earlier step of the
 * plan.
 */
function membershipIn(step: BridgePortStep, members: Members): VlansOnPath {
  const before = members.get(step.name);
  if (before?.master === step.bridge) return before;
  const native = defaultVlanOf(step, members);
  return { native, tagged: [], untagged: native === null ? [] : [native] };
}

/** The commands that configure a member: what it should have is added before what it should not have is removed. */
function linesFor(name: string, wanted: MemberSettings, current: VlansOnPath): Argv[] {
  const keeps = vlansIn(wanted);
  const flagsOf = (vlan: number) => [
    ...(vlan === wanted.native ? ['pvid'] : []),
    ...(wanted.untagged.includes(vlan) ? ['untagged'] : []),
  ];
  const carried = wanted.native === null ? wanted.tagged : [...wanted.tagged, wanted.native];
  return [
    ...carried.map((vlan): Argv => [...adding(name, vlan), ...flagsOf(vlan)]),
    ...vlansIn(current).flatMap((vlan) => (keeps.includes(vlan) ? [] : [removing(name, vlan)])),
    ['bridge', 'link', 'set', 'dev', name, 'isolated', wanted.isolated ? 'on' : 'off'],
  ];
}

function adding(name: string, vlan: number): Argv {
  return ['bridge', 'vlan', 'add', 'dev', name, 'vid', String(vlan)];
}

function removing(name: string, vlan: number): Argv {
  return ['bridge', 'vlan', 'del', 'dev', name, 'vid', String(vlan)];
}
