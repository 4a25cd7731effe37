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
import { hostPrograms, type Programs } from '../commands/programs.js';
import { type BridgeMember, type MemberVlans, readMembers, runBridge } from './bridge-program.js';

/** The VLAN that a bridge assigns to its members by default. */
const DEFAULT_VLAN = 1;

/** The commands that configure a member, and those that undo it. */
interface VlanChange {
  readonly apply: readonly (readonly string[])[];
  readonly undo: readonly (readonly string[])[];
}

/**
 * Configures members of Linux bridges: VLANs and isolation, with `bridge` of iproute2. A bridge filters VLANs once the
 * first member needs it; members without VLAN settings stay in VLAN 1 together, as before.
 */
export class BridgePorts implements StepRunner<BridgePortStep, VlanChange, true> {
  readonly kinds = ['bridgePort'] as const;

  constructor(
    private readonly rootHelper: readonly string[] = [],
    private readonly programs: Programs = hostPrograms,
  ) {}

  async inspect(
    steps: readonly VifStep<BridgePortStep>[],
    signal: AbortSignal,
  ): Promise<readonly Inspection<VlanChange>[]> {
    const names = steps.flatMap(({ step: { name, bridge, uplink } }) => [
      name,
      bridge,
      ...(uplink ? [uplink] : []),
    ]);
    const members = await readMembers(names, this.programs, signal);
    return steps.map(({ step }) => {
      const differences = differencesOf(step, members.get(step.name), members);
      return differences.length > 0
        ? { change: changeOf(step, members.get(step.name)), differences }
        : { differences };
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

  /** The bridge continues to filter, and its uplink keeps the VLANs: others may need them by now. */
  async undo(
    tasks: readonly AttemptedTask<BridgePortStep, VlanChange, true>[],
    signal: AbortSignal,
  ): Promise<readonly (VifError | undefined)[]> {
    const errors: (VifError | undefined)[] = [];
    for (const { step, vifId, change } of tasks)
      errors.push(await this.#run(step, vifId, change.undo, signal));
    return errors;
  }

  async #run(
    { name }: BridgePortStep,
    vifId: string,
    commands: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<VifError | undefined> {
    const failed: string[] = [];
    for (const argv of commands)
      failed.push(...[await runBridge(this.rootHelper, argv, this.programs, signal)].filter(isText));
    const text = `The VLANs of ${name} could not be set: ${failed[0]}`;
    return failed.length > 0 ? new VifError('LINK_COMMAND_FAILED', text, { vifId }) : undefined;
  }
}

function isText(text: string | undefined): text is string {
  return text !== undefined;
}

/** @param before the former bridge state of the link; undefined for a link that an earlier step of the plan makes */
function changeOf(step: BridgePortStep, before: BridgeMember | undefined): VlanChange {
  const wanted = wantedBy(step);
  const isMember = before?.master === step.bridge;
  return {
    apply: linesFor(step, wanted, membershipIn(step, before)),
    undo: isMember ? linesFor({ name: step.name }, before, wanted) : [],
  };
}

function wantedBy({ vlan = DEFAULT_VLAN, trunks = [], isolated = false }: BridgePortStep): MemberVlans {
  // A trunk without a native VLAN carries no untagged packets.
  return { native: trunks.length > 0 && vlan === DEFAULT_VLAN ? null : vlan, tagged: trunks, isolated };
}

function differencesOf(
  step: BridgePortStep,
  member: BridgeMember | undefined,
  members: ReadonlyMap<string, BridgeMember>,
): Difference[] {
  const wanted = wantedBy(step);
  const isMember = member?.master === step.bridge;
  const actual = isMember ? member : undefined;
  const vlans = [wanted.native ?? 0, ...wanted.tagged].filter((vlan) => vlan > DEFAULT_VLAN);
  const uplink = step.uplink === undefined ? undefined : members.get(step.uplink);
  const carried = [...(uplink?.tagged ?? []), uplink?.native];
  const lacking = step.uplink === undefined ? [] : vlans.filter((vlan) => !carried.includes(vlan));
  const pairs: [string, unknown, unknown][] = [
    ['vlanFiltering', true, members.get(step.bridge)?.filters ?? false],
    ['vlan', wanted.native, actual ? actual.native : null],
    ['trunks', wanted.tagged, actual?.tagged ?? []],
    ['isolated', wanted.isolated, actual?.isolated ?? false],
    ['uplink', vlans, vlans.filter((vlan) => !lacking.includes(vlan))],
  ];
  return pairs
    .filter(([, expected, found]) => JSON.stringify(expected) !== JSON.stringify(found))
    .map(([attribute, expected, found]) => ({ attribute, expected, actual: found }));
}

/**
 * The settings of a link as a member of the bridge, whether it already is one or becomes one in an earlier step of the
 * plan.
 */
function membershipIn({ bridge }: BridgePortStep, before: BridgeMember | undefined): MemberVlans {
  return before?.master === bridge ? before : { native: DEFAULT_VLAN, tagged: [], isolated: false };
}

/** The commands that configure a member: what it should have is added before what it should not have is removed. */
function linesFor(
  { name, bridge, uplink }: Pick<BridgePortStep, 'name'> & Partial<BridgePortStep>,
  { native, tagged, isolated }: MemberVlans,
  current: MemberVlans,
): string[][] {
  const keeps = [...tagged, ...(native === null ? [] : [native])];
  const uplinked = uplink === undefined ? [] : keeps.filter((vlan) => vlan > DEFAULT_VLAN);
  return [
    ...(bridge === undefined
      ? []
      : [['ip', 'link', 'set', 'dev', bridge, 'type', 'bridge', 'vlan_filtering', '1']]),
    ...tagged.map((vlan) => ['bridge', 'vlan', 'add', 'dev', name, 'vid', String(vlan)]),
    ...(native === null
      ? []
      : [['bridge', 'vlan', 'add', 'dev', name, 'vid', String(native), 'pvid', 'untagged']]),
    ...[...current.tagged, current.native].flatMap((vlan) =>
      vlan === null || keeps.includes(vlan)
        ? []
        : [['bridge', 'vlan', 'del', 'dev', name, 'vid', String(vlan)]],
    ),
    ['bridge', 'link', 'set', 'dev', name, 'isolated', isolated ? 'on' : 'off'],
    ...uplinked.map((vlan) => ['bridge', 'vlan', 'add', 'dev', uplink ?? '', 'vid', String(vlan)]),
  ];
}
