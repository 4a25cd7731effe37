import { isSameVif, type VifError } from '@vifkit/core';
import type {
  AttemptedTask,
  Inspection,
  Outcome,
  PlannedVif,
  Reach,
  StepRunner,
  Task,
  VifStep,
} from '@vifkit/core/step-kinds';
import type { OvsPortAbsentStep, Step } from '@vifkit/core/steps';
import { withDeadline } from '@vifkit/engine/time';
import type { LinkTable } from '../links/link-table.js';
import { refusesIds, wasNotMade } from '../ovsdb/errors.js';
import type { OvsChange, OvsStep, OvsWrite } from './changes.js';
import {
  compareAbsenceWithMember,
  compareBridge,
  compareBridgeAbsence,
  compareLeftQos,
  comparePort,
  comparePortAbsence,
  comparePortWithMember,
  compareVifPortsAbsence,
} from './compare.js';
import type { PortRows } from './former-rows.js';
import { lostWith } from './lost.js';
import type { OvsSwitch } from './open-vswitch.js';
import { ownedByMark } from './owned.js';
import type { OvsState, Owner } from './state.js';
import { leavingPorts, type OvsStray, straysOf, vifsOf } from './strays.js';
import { whosePort } from './whose.js';

type OvsInspection = Inspection<OvsWrite, OvsStep>;

/** If a plan has one of these, everything of the VIF is found with it. */
const finding: readonly Step['kind'][] = ['ovsBridge', 'ovsPort', 'ovsVifPortsAbsent'];

/** Milliseconds to search for rows that no step of a plan concerns. */
const SEARCH_TIMEOUT = 1_000;

/** The programs that have functions open, by the PCI addresses of the functions. */
export type UsersOfFunctions = (functions: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** Carries out Open vSwitch steps: one reading and one commit for a batch. Undoing a step is a change too. */
export class OvsRunner implements StepRunner<OvsStep, OvsWrite, readonly OvsChange[]> {
  readonly kinds = ['ovsBridge', 'ovsBridgeAbsent', 'ovsPort', 'ovsPortAbsent', 'ovsVifPortsAbsent'] as const;
  /** The rows of ports that plugs have removed, by the change that removed them. */
  readonly #removed = new WeakMap<OvsWrite, ReadonlyMap<string, PortRows>>();

  /**
   * @param links to look up the links of bridges' local ports (gc leaves a bridge whose local port has an address), and
   *   those of ports that only their name shows to be a VIF's
   * @param usersOf finds the programs that have functions open, by PCI address
   */
  constructor(
    private readonly ovs: OvsSwitch,
    private readonly links: Pick<LinkTable, 'read' | 'readAddresses'> | undefined = undefined,
    private readonly usersOf: UsersOfFunctions = async () => new Map(),
  ) {}

  async inspect(steps: readonly VifStep<OvsStep>[], signal: AbortSignal): Promise<OvsInspection[]> {
    const named = (...kinds: readonly OvsStep['kind'][]) =>
      steps.flatMap(({ step }) => (kinds.includes(step.kind) && 'name' in step ? step.name : []));
    const vifs = vifsOf(steps);
    const state = await this.ovs.read(
      {
        bridges: named('ovsBridge'),
        ports: named('ovsPort', 'ovsPortAbsent'),
        owners: [...vifs.values()].flatMap(({ owner }) => (owner.interfaceIds.length > 0 ? owner : [])),
        // A step that names what carries our mark: others do not need the further search.
        leftQosOf: steps.flatMap(({ step }) => (step.kind === 'ovsPortAbsent' && !step.own ? step.name : [])),
        idle: named('ovsBridgeAbsent'),
      },
      signal,
    );
    const ownerOf = (vifId: string): Owner => vifs.get(vifId)?.owner ?? { vifId, interfaceIds: [] };
    const others = await this.#readOthers(steps, ownerOf, state, signal);
    const removals = steps.map(({ step, vifId }) =>
      step.kind === 'ovsPortAbsent' ? compareAbsence(step, ownerOf(vifId), state, others) : undefined,
    );
    // A port that a step names belongs to that step, and a bridge is idle once the ports that must go are gone.
    const removed = new Set(
      steps.flatMap(({ step }, i) => ('name' in step && isRemoval(removals[i]) ? step.name : [])),
    );
    const leaving = new Set([...removed, ...[...vifs.values()].flatMap((vif) => leavingPorts(vif, state))]);
    const inspections = steps.map(
      ({ step, vifId }, i): OvsInspection =>
        removals[i] ?? compare(step, ownerOf(vifId), state, others, removed, leaving),
    );
    for (const vif of vifs.values()) {
      const last = inspections[vif.last];
      if (!last || vif.owner.interfaceIds.length === 0) continue;
      inspections[vif.last] = { ...last, strays: straysOf(vif, state, leaving) };
    }
    return inspections;
  }

  /**
   * Reads what the database does not show, but only if a step depends on it: the types of links whose ports only their
   * names show to be a VIF's, and the users of functions whose representors are other VIFs' ports.
   */
  async #readOthers(
    steps: readonly VifStep<OvsStep>[],
    ownerOf: (vifId: string) => Owner,
    { ports }: OvsState,
    signal: AbortSignal,
  ): Promise<Others> {
    const links: string[] = [];
    const functions: string[] = [];
    for (const { step, vifId } of steps) {
      const port = 'name' in step ? ports.get(step.name) : undefined;
      if (!port) continue;
      const { whose } = whosePort(port, ownerOf(vifId));
      if (step.kind === 'ovsPortAbsent' && step.own && step.linkTypes && whose === 'unmarked') {
        links.push(step.name);
      }
      if (step.kind === 'ovsPort' && step.functionAddress !== undefined && whose === 'other') {
        functions.push(step.functionAddress);
      }
    }
    const [found, users] = await Promise.all([
      links.length > 0 ? this.links?.read({ names: links }, signal) : undefined,
      functions.length > 0 ? this.usersOf(functions) : new Map<string, string>(),
    ]);
    return { linkTypes: new Map([...(found ?? [])].map(([name, { type }]) => [name, type])), users };
  }

  /**
   * Finds rows of VIFs that once used Open vSwitch but no longer do: rows outlive the links, and a reboot. The rows of
   * other VIFs are found when their steps are compared. A port stays if another program has made its link and the plan
   * names that link: a vendor's tool has plugged it. It is not a failure of such a plan if there is no server, or if it
   * does not reply.
   */
  async findStrays(vifs: readonly PlannedVif[], signal: AbortSignal): Promise<OvsStray[][]> {
    const others = vifs.filter(({ plan }) => !plan.some(({ kind }) => finding.includes(kind)));
    if (others.length === 0) return [];
    const kept = new Map(
      others.map(({ vifId, plan }) => [vifId.toLowerCase(), new Set(plan.flatMap(foreignLinks))]),
    );
    return withDeadline(SEARCH_TIMEOUT, signal, async (soon) => {
      const marked = await this.ovs.readMarked(soon, [...kept.keys()], { mayLag: true });
      const steps = ownedByMark(marked, new Map()).flatMap(({ step, vifId = '' }) =>
        kept.get(vifId.toLowerCase())?.has(step.name) === false ? [{ step, vifId, isOfPlug: true }] : [],
      );
      const inspections = steps.length === 0 ? [] : await this.inspect(steps, soon);
      return vifs.map((vif) =>
        steps.flatMap(({ step, vifId }, i): OvsStray[] => {
          const inspection = inspections[i];
          return isSameVif(vifId, vif.vifId) && inspection ? [{ step, inspection }] : [];
        }),
      );
    }).catch((error) => {
      if (signal.aborted) throw error;
      return [];
    });
  }

  async apply(
    tasks: readonly Task<OvsStep, OvsWrite>[],
    signal: AbortSignal,
  ): Promise<Outcome<readonly OvsChange[]>[]> {
    const removed = tasks.some(({ isOfPlug }) => isOfPlug) ? new Map<string, PortRows>() : undefined;
    if (removed) for (const { change } of tasks) this.#removed.set(change, removed);
    const changes = tasks.map(({ change }) => change.changes);
    const errors = await this.#commit(changes, signal, { removed });
    return tasks.map(({ change: { reverse } }, i) => {
      const error = errors[i];
      return error ? { done: wasNotMade(error) ? [] : reverse, error } : { done: reverse };
    });
  }

  /** A commit that was cut off may or may not have been made: the changes that undo it work in both cases. */
  async undo(tasks: readonly AttemptedTask<OvsStep, OvsWrite, readonly OvsChange[]>[], signal: AbortSignal) {
    const changes = tasks.map(({ change, outcome }) =>
      restoring(outcome.done ?? change.reverse, this.#removed.get(change)),
    );
    const errors = await this.#commit(changes, signal);
    const isOld = errors.some((error) => error && refusesIds(error));
    const outcomes = isOld ? await this.#commit(changes, signal, { keepsIds: false }) : errors;
    return outcomes.map(
      (error, i) => error ?? changes[i]?.map((each) => lostWith(each, !isOld)).find(Boolean),
    );
  }

  async findOwned(signal: AbortSignal, reach: Reach = 'all', vifIds?: readonly string[]) {
    const marked = await this.ovs.readMarked(signal, vifIds);
    if (reach !== 'all') return ownedByMark(marked, new Map());
    const shared = marked.bridges.flatMap(({ name, vifId }) => (vifId === undefined ? name : []));
    const addressing = shared.length > 0 && (await this.links?.readAddresses(shared, signal));
    return ownedByMark(marked, addressing || new Map());
  }

  /** Makes the changes of several steps. A step fails with its first change that fails. */
  async #commit(
    changes: readonly (readonly OvsChange[])[],
    signal: AbortSignal,
    options?: Parameters<OvsSwitch['commit']>[2],
  ): Promise<(VifError | undefined)[]> {
    const all = changes.flat();
    const outcomes = await this.ovs.commit(all, signal, options);
    const byChange = new Map(all.map((change, i) => [change, outcomes[i]]));
    return changes.map((own) => own.map((change) => byChange.get(change)).find((outcome) => outcome));
  }
}

/**
 * Changes that undo others: ports that were removed come back with all that they had, and no bridge waits for
 * ovs-vswitchd, which may be what failed.
 */
function restoring(
  changes: readonly OvsChange[],
  removed: ReadonlyMap<string, PortRows> | undefined,
): OvsChange[] {
  return changes.map((change) => {
    const former = removed?.get(change.name);
    if (change.kind === 'ensureBridge') return { ...change, former, mayLag: true };
    return change.kind === 'putPort' && former ? { ...change, former } : change;
  });
}

/** The links that a step needs but does not make. */
function foreignLinks(step: Step): readonly string[] {
  return step.kind === 'link' && !step.create && !step.ifPresent ? [step.name, ...(step.keeps ?? [])] : [];
}

/** What a step may depend on besides the database. */
interface Others {
  /** The types of kernel links, by name. */
  readonly linkTypes: ReadonlyMap<string, string>;
  /** The programs that have functions open, by PCI address. */
  readonly users: ReadonlyMap<string, string>;
}

function compareAbsence(
  step: OvsPortAbsentStep,
  owner: Owner,
  { ports, members, leftQos }: OvsState,
  { linkTypes }: Others,
): Inspection<OvsWrite> {
  if (members.has(step.name)) return compareAbsenceWithMember();
  const left = leftQos.get(step.name);
  if (left !== undefined) return compareLeftQos(step, owner, left);
  return comparePortAbsence(step, owner, ports.get(step.name), linkTypes.get(step.name));
}

/** Whether the port is the VIF's, and so is removed by an unplug. */
function isRemoval(inspection: Inspection<OvsWrite> | undefined): boolean {
  return inspection?.found?.whose === 'this' || inspection?.found?.byName === true;
}

function compare(
  step: OvsStep,
  owner: Owner,
  state: OvsState,
  others: Others,
  removed: ReadonlySet<string>,
  leaving: ReadonlySet<string>,
): Inspection<OvsWrite> {
  switch (step.kind) {
    case 'ovsBridge':
      return compareBridge(step, owner, state.bridges.get(step.name), {
        isOvnManaged: state.isOvnManaged,
        port: state.ports.get(step.name),
      });
    case 'ovsBridgeAbsent': {
      const users = (state.users.get(step.name) ?? []).filter((name) => !leaving.has(name));
      return compareBridgeAbsence(step, owner, state.bridges.get(step.name), users);
    }
    case 'ovsPort':
      if (state.members.has(step.name)) return comparePortWithMember(step.name, owner);
      return comparePort(
        step,
        owner,
        state.ports.get(step.name),
        others.users.get(step.functionAddress ?? ''),
      );
    case 'ovsPortAbsent':
      return compareAbsence(step, owner, state, others);
    case 'ovsVifPortsAbsent': {
      const names = (state.owned.get(owner.vifId) ?? []).filter((name) => !removed.has(name));
      return compareVifPortsAbsence(owner, new Map(names.flatMap((name) => entryOf(state.ports, name))));
    }
  }
}

function entryOf<V>(map: ReadonlyMap<string, V>, key: string): [string, V][] {
  const value = map.get(key);
  return value === undefined ? [] : [[key, value]];
}
