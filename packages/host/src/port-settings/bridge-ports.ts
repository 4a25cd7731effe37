import { type BridgePortStep, VifError } from '@vifkit/core';
import type { AttemptedTask, Difference, Inspection, Outcome, StepRunner, Task } from '@vifkit/engine';
import { type BridgeMember, type MemberVlans, readMembers, runBridge } from './bridge-program.js';

/** The VLAN that a bridge gives its members of itself. */
const DEFAULT_VLAN = 1;

/**
 * Settles members of Linux bridges: VLANs and isolation, by `bridge` of iproute2. A bridge filters VLANs from the first of
 * them on; members that say nothing stay in VLAN 1 together, as before.
 */
export class BridgePorts implements StepRunner<BridgePortStep> {
  readonly kinds = ['bridgePort'] as const;

  constructor(private readonly rootHelper: readonly string[]) {}

  async inspect(steps: readonly BridgePortStep[], signal: AbortSignal): Promise<readonly Inspection[]> {
    const names = steps.flatMap(({ name, bridge, uplink }) => [name, bridge, ...(uplink ? [uplink] : [])]);
    const members = await readMembers(names, signal);
    return steps.map((step) => {
      const member = members.get(step.name);
      return { differences: differencesOf(step, member, members), before: member };
    });
  }

  apply(tasks: readonly Task<BridgePortStep>[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const wanted = ({ step, inspection }: Task<BridgePortStep>) =>
      linesFor(step, wantedBy(step), membershipIn(step, inspection.before as BridgeMember | undefined));
    return this.#settle(tasks, wanted, signal);
  }

  /** The bridge goes on filtering, and its uplink keeps the VLANs: others may have come to need them. */
  undo(tasks: readonly AttemptedTask<BridgePortStep>[], signal: AbortSignal): Promise<readonly Outcome[]> {
    const former = ({ step, inspection }: Task<BridgePortStep>) => {
      const before = inspection.before as BridgeMember | undefined;
      return before?.master === step.bridge ? linesFor({ name: step.name }, before, wantedBy(step)) : [];
    };
    return this.#settle(tasks, former, signal);
  }

  async #settle(
    tasks: readonly Task<BridgePortStep>[],
    linesOf: (task: Task<BridgePortStep>) => readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const task of tasks) {
      const failed: string[] = [];
      for (const argv of linesOf(task)) {
        const complaint = await runBridge(this.rootHelper, argv, signal);
        if (complaint !== undefined) failed.push(complaint);
      }
      const { vifId, step } = task;
      const text = `The VLANs of ${step.name} could not be set: ${failed[0]}`;
      outcomes.push(failed.length > 0 ? new VifError('LINK_COMMAND_FAILED', text, { vifId }) : undefined);
    }
    return outcomes;
  }
}

function wantedBy({ vlan = DEFAULT_VLAN, trunks = [], isolated = false }: BridgePortStep): MemberVlans {
  // A trunk without a native VLAN carries nothing that has no tag.
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

/** What a link has as a member of the bridge, be it one for some time or since an earlier step of the plan. */
function membershipIn({ bridge }: BridgePortStep, before: BridgeMember | undefined): MemberVlans {
  return before?.master === bridge ? before : { native: DEFAULT_VLAN, tagged: [], isolated: false };
}

/** The commands that settle a member: what it is to have is given before what it is not to have is taken. */
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
