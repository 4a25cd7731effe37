import type { DomainElement, GuestDevice } from '@vifkit/core/nova';
import { stepTarget } from '@vifkit/core/steps';
import type {
  Change,
  ChangeResult,
  CheckResult,
  ConfigResult,
  Connection,
  Difference,
  Handled,
  JudgedLeg,
  Left,
  PlannedStep,
  PlanResult,
  Settled,
} from '@vifkit/engine';
import type { Plumbing } from '../plumbing/graph.js';
import { errorJson } from '../terminal/errors.js';
import { plain, type Style } from '../terminal/output.js';
import { changeSign, describeStep, existenceIn, nounOf } from '../terminal/steps.js';
import { type Branch, printable, resultHeading, showValue, tree } from '../terminal/text.js';
import { timelineOf } from '../terminal/timeline.js';

/**
 * The result of a check of a VIF. `sound`: as plugged, and its path to the network works. `waiting`: as plugged, and
 * the rest is not known yet. `broken`: a part of its path is broken. `differs`: the host is not as a plug leaves it.
 * `failed`: it could not be checked. `unknown`: its request is not recorded.
 */
export const vifStates = ['sound', 'waiting', 'broken', 'differs', 'failed', 'unknown'] as const;

export type VifState = (typeof vifStates)[number];

/** What a check's result may report besides differences. */
interface Connected {
  readonly connection?: { readonly state: 'sound' | 'waiting' | 'broken' };
}

export function stateOf(result: Settled<CheckResult & Connected>): VifState {
  if ('error' in result) return result.error.code === 'VIF_NOT_RECORDED' ? 'unknown' : 'failed';
  const { differences, connection } = result.value;
  if (differences.length > 0) return 'differs';
  return connection?.state ?? 'sound';
}

/** A plan as a tree: each step, with what applying it would change. */
export function renderPlan(plan: PlanResult, style: Style = plain): string {
  const branches = plan.steps.map((step) => stepBranch(step, style));
  return tree(resultHeading(plan, style), branches.length > 0 ? branches : [{ line: 'nothing to do' }]);
}

function stepBranch({ step, differences, isAwaited, note, blocked }: PlannedStep, style: Style): Branch {
  const known = isAwaited ? style('yellow', '…') : changeSign(step.kind, differences, style);
  const sign = blocked ? style('red', '✗') : known;
  const words = describeStep(step, existenceIn(differences) !== undefined);
  const description = isAwaited ? `${words}, once it is there` : words;
  const line = `${sign} ${nounOf(step.kind)} ${printable(stepTarget(step))}`;
  const changes =
    step.kind === 'command' ? [] : differences.filter(({ attribute }) => attribute !== 'exists');
  return {
    line: description ? `${line}  ${style('dim', description)}` : line,
    details: [
      ...changes.map(({ attribute, expected, actual }) => {
        return `${printable(attribute)}: ${showValue(actual)} → ${showValue(expected)}`;
      }),
      ...noteLines(note, style),
      ...(blocked ? [style('red', printable(`${blocked.code}: ${blocked.message}`))] : []),
    ],
  };
}

/** What a plug or unplug wrote, as a tree. */
export function renderChanges(result: ChangeResult, style: Style = plain): string {
  const changes = result.changes.map((change) => changeBranch(change, style));
  const none = [{ line: `${style('dim', '✓')} nothing to change` }];
  const left = (result.left ?? []).map((each) => leftBranch(each, style));
  const way = connectionBranches(unsoundLegs(result.connection, []), style);
  return tree(resultHeading(result, style), [...(changes.length > 0 ? changes : none), ...left, ...way]);
}

/** Something that was left alone, and its owner. */
function leftBranch({ kind, name, vifId }: Left, style: Style): Branch {
  const whose = vifId === null ? 'it has no mark of this VIF' : `it belongs to VIF ${printable(vifId)}`;
  return { line: `${style('yellow', '!')} ${nounOf(kind)} ${printable(name)} was left: ${whose}` };
}

/** One change, with its result. */
export function changeBranch({ kind, name, differences, note }: Change, style: Style): Branch {
  if (kind === 'command') {
    const commands = differences.map(({ expected }) => showValue(expected));
    return {
      line: `${changeSign(kind, differences, style)} ${nounOf(kind)} ${commands.join('; ') || printable(name)}`,
    };
  }
  return {
    line: `${changeSign(kind, differences, style)} ${nounOf(kind)} ${printable(name)}`,
    details: [
      ...differences
        .filter(({ attribute }) => attribute !== 'exists')
        .map(({ attribute, expected, actual }) => {
          return `${printable(attribute)}: ${showValue(actual)} → ${showValue(expected)}`;
        }),
      ...noteLines(note, style),
    ],
  };
}

/** The note of a change, if there is one. */
function noteLines(note: string | undefined, style: Style): string[] {
  return note === undefined ? [] : [style('yellow', `note: ${printable(note)}`)];
}

/** The names of the legs of a path. */
const legNouns: Readonly<Record<JudgedLeg['leg'], string>> = {
  guestLink: "guest's link",
  macvtap: 'macvtap on',
  socket: 'socket',
  function: 'function',
  bridge: 'bridge',
  bridgeMember: 'member',
  veth: 'veth pair',
  checksum: 'checksums of',
  uplink: 'uplink',
  vlan: 'VLAN',
  guestFilter: 'filter of',
  vswitchd: 'daemon',
  ovsBridge: 'OVS bridge',
  ovsPort: 'OVS port',
  ovnBinding: 'OVN port',
};

/**
 * What is broken on the path from the guest to its network, and what it waits for. Each fact once: several legs may be
 * about one link, and a difference may already report what is missing.
 */
export function unsoundLegs(connection: Connection | undefined, differences: readonly Change[]): JudgedLeg[] {
  const missing = differences.filter((each) => existenceIn(each.differences)?.expected === true);
  const isMissing = ({ leg, name, state }: JudgedLeg) =>
    state === 'broken' &&
    // A link may exist that is not a port yet.
    missing.some((each) => each.name === name && (each.kind !== 'ovsPort' || leg === 'ovsPort'));
  const facts = new Set<string>();
  return (connection?.legs ?? []).filter((leg) => {
    const fact = JSON.stringify([leg.name, leg.state, leg.why]);
    if (leg.state === 'sound' || isMissing(leg) || facts.has(fact)) return false;
    facts.add(fact);
    return true;
  });
}

function connectionBranches(legs: readonly JudgedLeg[], style: Style): Branch[] {
  return legs.map(({ leg, name, state, why = '' }) => {
    const sign = state === 'broken' ? style('red', '✗') : style('yellow', '…');
    return { line: `${sign} ${legNouns[leg]} ${printable(name)}: ${printable(why)}` };
  });
}

/** Whether it affects the exit status: broken does, and waiting if `strict`. */
export function isNotable(connection: Connection | undefined, strict = false): boolean {
  return connection?.state === 'broken' || (strict && connection?.state === 'waiting');
}

/** The differences of the host from the plugged VIF, and what is not sound on the path to its network, as a tree. */
export function renderCheck(result: CheckResult, style: Style = plain): string {
  const branches = result.differences.map((difference) => differenceBranch(difference, style));
  branches.push(...connectionBranches(unsoundLegs(result.connection, result.differences), style));
  const none = [{ line: `${style('green', '✓')} as plugged` }];
  return tree(resultHeading(result, style), branches.length > 0 ? branches : none);
}

function differenceBranch({ kind, name, differences }: Change, style: Style): Branch {
  const subject = `${style('red', '✗')} ${nounOf(kind)} ${printable(name)}`;
  const existence = existenceIn(differences);
  return {
    line: existence ? `${subject}  ${existence.expected ? 'missing' : 'should not be there'}` : subject,
    details: differences
      .filter((difference) => difference !== existence)
      .map(({ attribute, expected, actual }) => {
        return `${printable(attribute)}: ${showValue(actual)}, should be ${showValue(expected)}`;
      }),
  };
}

/** A guest's device for people: its XML, and as comments what else the domain needs. */
export function renderDevice(device: GuestDevice): string {
  return device.toXml() + (device.domain ?? []).map(comment).join('');
}

/** An XML comment, in which two hyphens in a row are not allowed. */
function comment({ xml, why }: DomainElement): string {
  const text = `The domain needs this besides. ${why}\n${xml}`.replaceAll('--', '- -');
  return `<!--\n${text.trimEnd()}\n-->\n`;
}

/** The result of a command for a request. */
export interface CommandResult {
  readonly result: AnyResult;
  /** The result for people, ended by a newline. */
  readonly text: (style: Style) => string;
  /** Whether the exit status is 1, though there is no error. */
  readonly differs: boolean;
}

/** Any result that a command has for a request. */
export type AnyResult = ConfigResult | PlanResult | ChangeResult | CheckResult | (Handled & Plumbing);

/** Optional details of a result. */
interface Details {
  /** How the time was spent, if the result or the error has a timeline. */
  readonly timeline?: boolean | undefined;
}

/** A request's result as `vif --format json` prints it: an object that JSON can hold. */
export function toJson(result: Settled<AnyResult>, details: Details = {}): object {
  const timeline = details.timeline ? timelineOf(result) : undefined;
  const more = timeline && { timeline };
  if ('error' in result) return { id: result.id, error: errorJson(result.error), ...more };
  const { id, path, plugin } = result.value;
  return { id, path, plugin, ...contents(result.value), ...more };
}

function contents(value: AnyResult): object {
  if ('device' in value) return deviceJson(value.device);
  if ('steps' in value) return { steps: value.steps.map(stepJson) };
  if ('changes' in value) {
    const { changes, left, connection } = value;
    return { changes: changes.map(changeJson), ...(left && { left }), ...(connection && { connection }) };
  }
  if ('differences' in value) {
    const { differences, connection } = value;
    return { differences: differences.map(changeJson), ...(connection && { connection }) };
  }
  return { nodes: value.nodes, edges: value.edges };
}

function deviceJson(device: GuestDevice): object {
  const { domain = [] } = device;
  return { xml: device.toXml(), ...(domain.length > 0 && { domain }) };
}

function stepJson({ step, writes, differences, isAwaited, note, blocked }: PlannedStep): object {
  // A custom step is the vendor's own object: only what the contract knows of it can be written.
  const fields = step.kind === 'custom' ? { kind: step.kind, name: step.name } : step;
  return {
    ...fields,
    writes,
    differences: differences.map(differenceJson),
    ...(isAwaited && { waiting: true }),
    ...(note !== undefined && { note }),
    ...(blocked && { blocked: { code: blocked.code, message: blocked.message } }),
  };
}

/** A change as `--format json` prints it. */
export function changeJson({ kind, name, differences, note }: Change): object {
  return { kind, name, differences: differences.map(differenceJson), ...(note !== undefined && { note }) };
}

/** JSON would drop a key whose value is undefined. */
function differenceJson({ attribute, expected, actual }: Difference): object {
  return { attribute, expected: expected ?? null, actual: actual ?? null };
}
