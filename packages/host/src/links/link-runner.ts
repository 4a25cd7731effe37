import { isVifError, VifError } from '@vifkit/core';
import type { Outcome, Owned, PlannedVif, Reach, StepRunner, VifStep } from '@vifkit/core/step-kinds';
import type { LinkStep } from '@vifkit/core/steps';
import { loadCode } from '../commands/descriptors.js';
import type { LinkAddressing } from './addresses/link-addresses.js';
import type { LinkRule } from './addresses/link-rules.js';
import { relocationOf } from './addresses/relocation.js';
import {
  type InspectionContext,
  inspectAbsence,
  inspectLink,
  type LinkInspection,
  memberOf,
} from './inspect-link.js';
import { byEveryName, isOf, isOurs, isShared, type LinkState } from './link-state.js';
import type { LinkTable } from './link-table.js';
import {
  inspectUser,
  inspectUserAbsence,
  joiningLinks,
  linksByRequest,
  noteOf,
  unusedTogether,
  usedLinks,
  usesOf,
} from './link-users.js';
import type { LinkProgress, LinkSteps, LinkWrite } from './link-write.js';
import { canRecreateInPlace, type LinkContext, type MadeOtherwise, madeOtherwise } from './made-otherwise.js';
import { type LinkTask, scriptFor } from './operations.js';
import { hybridBridgesOf, type LinkStray, ownedLinks, strayLinks, strayNames } from './owned-links.js';
import { type AttemptedLinkTask, didNothing, madeAgain, undoing, withoutOtherEnds } from './undoing.js';

const completeCode = () => import('./complete-links.js');

/** Carries out link steps on a table of links. */
export class LinkRunner implements StepRunner<LinkSteps, LinkWrite, LinkProgress> {
  readonly kinds = ['link', 'linkAbsent', 'linkUser', 'linkUserAbsent'] as const;
  readonly #table: LinkTable;
  readonly #tapOwner: number;

  /** @param tapOwner the user id that should own taps; root's by default */
  constructor(table: LinkTable, tapOwner = 0) {
    this.#table = table;
    this.#tapOwner = tapOwner;
  }

  async inspect(all: readonly VifStep<LinkSteps>[], signal: AbortSignal): Promise<LinkInspection[]> {
    const steps = all.map(({ step }) => step);
    const query = {
      // Whether a link is in use depends on the other links.
      names: steps.some(({ kind }) => kind === 'linkUserAbsent') ? undefined : this.#namesIn(all),
    };
    const [read, { addressing, rules }] = await Promise.all([
      this.#table.read(query, signal),
      this.#addressing(steps, signal),
    ]);
    const settled = steps.flatMap((step) => (step.kind === 'link' && hasSettings(step) ? step.name : []));
    const otherwise = madeOtherwise(steps, read, this.#tapOwner);
    const leaving = leavingInPlugs(all, otherwise);
    const known = await this.#withSettings(read, settled, leaving, signal);
    const links = await this.#withChecksumOffload(all, known, signal);
    const notes = notesIn(steps, 'linkUserAbsent');
    const together = unusedTogether(steps, links, notes);
    const used = usedLinks(links, { links: together, notes });
    const [context, usedBy] = await Promise.all([
      this.#context(steps, otherwise, links, signal),
      this.#usesOfNamed(all, links, signal),
    ]);
    const named = byEveryName(links);
    const found = { links, named, addressing, rules, used, together, context, tapOwner: this.#tapOwner };
    const claims = claimedLinks(all, links);
    return all.map(({ step, vifId }) => {
      const inspection = inspectStep(step, vifId, { ...found, usedBy: usedBy.get(step) });
      const blocked = inspection.blocked ?? claims.get(step);
      return blocked ? { ...inspection, blocked } : inspection;
    });
  }

  /** Adds whether links offload checksums, for VIFs whose guests run: others send nothing. */
  async #withChecksumOffload(
    all: readonly VifStep<LinkSteps>[],
    links: ReadonlyMap<string, LinkState>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, LinkState>> {
    const running = new Set(all.flatMap((each) => (isOfGuest(each, links) ? [each.vifId] : [])));
    const settled = all.flatMap(({ step, vifId }) =>
      step.kind === 'link' && step.set?.checksumOffload !== undefined && running.has(vifId)
        ? [step.name]
        : [],
    );
    if (settled.length === 0) return links;
    const offload = await this.#table.readChecksumOffload(signal).catch((error: unknown) => {
      if (isVifError(error, 'COMMAND_NOT_FOUND')) return new Map<string, boolean>();
      throw error;
    });
    const known = settled.flatMap((name) => {
      const [link, checksumOffload] = [links.get(name), offload.get(name)];
      return link && checksumOffload !== undefined ? [[name, { ...link, checksumOffload }] as const] : [];
    });
    return new Map([...links, ...known]);
  }

  /** The names of the links to read; of links that need not exist, only those that do. */
  #namesIn(all: readonly VifStep<LinkSteps>[]): string[] {
    const isOptional = ({ step }: VifStep<LinkSteps>) => step.kind === 'link' && step.ifPresent === true;
    const optional = all.flatMap((each) => [
      ...(isOptional(each) ? [each.step.name] : []),
      ...(each.step.kind === 'link' && each.step.unbridged ? hybridBridgesOf(each.vifId) : []),
    ]);
    const needed = all.flatMap((each) => (isOptional(each) ? [] : each.step.name));
    return [...new Set([...needed, ...this.#table.present(optional)])];
  }

  /** The context of links of ours that differ from what would be made; read only if there are such links. */
  async #context(
    steps: readonly LinkSteps[],
    otherwise: MadeOtherwise,
    links: ReadonlyMap<string, LinkState>,
    signal: AbortSignal,
  ): Promise<LinkContext | undefined> {
    const mismatched = [...otherwise].flatMap(([{ name }, mismatches]) => {
      const state = links.get(name);
      return state && isOurs(state) && !canRecreateInPlace(mismatches) ? [state] : [];
    });
    if (mismatched.length === 0) return undefined;
    const names = mismatched.flatMap(({ name, peer }) => (peer === undefined ? [name] : [name, peer]));
    const [all, addressing] = await Promise.all([
      this.#table.read({}, signal),
      this.#table.readAddresses(names, signal),
    ]);
    const used = usedLinks(all, { links: new Set(), notes: notesIn(steps, 'linkUser') });
    return { links: await this.#withFormer(all, names, signal), addressing, used };
  }

  /** What shows that links without a mark serve others; read only if a request names such links. */
  async #usesOfNamed(
    all: readonly VifStep<LinkSteps>[],
    links: ReadonlyMap<string, LinkState>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<LinkSteps, string>> {
    const [named, joining] = [linksByRequest(all, links), joiningLinks(all, links)];
    if (named.length + joining.length === 0) return new Map();
    const names = [...named, ...joining].map(({ step }) => step.name);
    const [every, addressing] = await Promise.all([
      named.length > 0 ? this.#table.read({}, signal) : links,
      this.#table.readAddresses([...new Set(names)], signal),
    ]);
    return usesOf({ named, joining }, all, every, addressing);
  }

  /** The IP configuration of the links that should give it up, and of those that get it; read only if it matters. */
  async #addressing(
    steps: readonly LinkSteps[],
    signal: AbortSignal,
  ): Promise<Required<Pick<InspectionContext, 'addressing' | 'rules'>>> {
    const yielding = steps.flatMap((step) => (step.kind === 'link' && step.yieldAddresses ? [step] : []));
    if (yielding.length === 0) return { addressing: new Map(), rules: [] };
    const names = yielding.flatMap(({ name, set }) => [name, set?.master ?? name]);
    const addressing = await this.#table.readAddresses([...new Set(names)], signal);
    const gives = yielding.some((step) => relocationOf(step, addressing) !== undefined);
    return { addressing, rules: gives ? await this.#table.readRules(signal) : [] };
  }

  async apply(tasks: readonly LinkTask[], signal: AbortSignal): Promise<Outcome<LinkProgress>[]> {
    const { operations, indices } = scriptFor(tasks);
    const errors = await this.#table.write(operations, signal);
    return tasks.map(({ change }, i) => {
      const error = indices[i]?.map((index) => errors[index]).find((each) => each);
      if (!error) return { done: 'all' };
      return didNothing(change, error) ? { done: 'nothing', error } : { error };
    });
  }

  async undo(tasks: readonly AttemptedLinkTask[], signal: AbortSignal): Promise<(VifError | undefined)[]> {
    const made = tasks.filter(({ change: { kind } }) => ['make', 'replace', 'remove'].includes(kind));
    const names = made.map(({ step }) => step.name);
    const [used, links] = await Promise.all([
      this.#usedByOthers(tasks, signal),
      names.length === 0 ? new Map<string, LinkState>() : this.#table.read({ names }, signal),
    ]);
    const scripts = withoutOtherEnds(tasks).map((task) =>
      task ? undoing(task, used, links.get(task.step.name)) : [],
    );
    const wanted = scripts.flatMap((script) => (script instanceof VifError ? [] : script));
    const results = new Map((await this.#table.write(wanted, signal)).map((error, i) => [wanted[i], error]));
    const again = tasks.map(({ change }, i) => madeAgain(change, scripts[i]));
    const lost = await complete(again.flat(), this.#table, signal);
    return scripts.map((script, i) => {
      if (script instanceof VifError) return script;
      const error = script.map((each) => results.get(each)).find(Boolean);
      return error ?? again[i]?.map(({ name }) => lost.get(name)).find(Boolean);
    });
  }

  async findStrays(vifs: readonly PlannedVif[], signal: AbortSignal): Promise<LinkStray[][]> {
    const names = this.#table.present(vifs.flatMap(strayNames));
    if (names.length === 0) return [];
    const links = await this.#table.read({ names: [...new Set(names)] }, signal);
    const strays = vifs.flatMap((vif) => strayLinks(vif, links));
    if (strays.length === 0) return [];
    const leaving = strays.map(({ step }) => step.name);
    const restorable = await this.#withSettings(links, [], leaving, signal);
    return vifs.map((vif) => strayLinks(vif, restorable));
  }

  /**
   * Adds the settings of links, and all that it takes to restore others: their settings, and the other ends of veth
   * pairs.
   */
  async #withSettings(
    links: ReadonlyMap<string, LinkState>,
    settled: readonly string[],
    leaving: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, LinkState>> {
    const ends = leaving.flatMap((name) => links.get(name)?.peer ?? []);
    const unread = ends.filter((name) => !links.has(name));
    const more = unread.length > 0 ? await this.#table.read({ names: unread }, signal) : [];
    const known = unread.length > 0 ? new Map([...links, ...more]) : links;
    return this.#withFormer(this.#table.withSettings(known, settled), [...leaving, ...ends], signal);
  }

  /** Adds to these links all that it takes to make them again. */
  async #withFormer(
    links: ReadonlyMap<string, LinkState>,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, LinkState>> {
    const present = names.filter((name) => links.has(name));
    if (present.length === 0) return links;
    const formers = await this.#table.readFormer(present, signal);
    const known = this.#table.withSettings(links, present);
    return new Map([...known].map(([name, link]) => [name, { ...link, former: formers.get(name) }]));
  }

  /** With the reach `near`, links are found by name, see {@link findStrays}: the kernel cannot search by alias. */
  async findOwned(signal: AbortSignal, reach: Reach = 'all'): Promise<Owned<LinkSteps>[]> {
    if (reach === 'near') return [];
    const links = await this.#table.read({}, signal);
    if (reach === 'vifs') return ownedLinks(links, new Map());
    const shared = [...links.values()].filter(isShared).map(({ name }) => name);
    const addressing = shared.length === 0 ? new Map() : await this.#table.readAddresses(shared, signal);
    return ownedLinks(links, addressing);
  }

  /** The links that are used by something which this undo does not remove. Read only if it can matter. */
  async #usedByOthers(tasks: readonly AttemptedLinkTask[], signal: AbortSignal): Promise<Set<string>> {
    if (!tasks.some(({ step }) => step.kind === 'link' && step.shared)) return new Set();
    const steps = tasks.map(({ step }) => step);
    const leaving = new Set(steps.flatMap(({ kind, name }) => (kind === 'link' ? [name] : [])));
    return usedLinks(await this.#table.read({}, signal), {
      links: leaving,
      notes: notesIn(steps, 'linkUser'),
    });
  }
}

/** What the steps are compared with. */
interface LinkFacts {
  readonly links: ReadonlyMap<string, LinkState>;
  /** The links by all names, including alternative ones. */
  readonly named: ReadonlyMap<string, LinkState>;
  readonly addressing: ReadonlyMap<string, LinkAddressing>;
  readonly rules: readonly LinkRule[];
  readonly used: ReadonlySet<string>;
  /** Links that nothing but the others of them uses. */
  readonly together: ReadonlySet<string>;
  readonly context: LinkContext | undefined;
  readonly tapOwner: number;
  /** What shows that the link of this step serves others. */
  readonly usedBy: string | undefined;
}

function inspectStep(
  step: LinkSteps,
  vifId: string,
  { links, named, used, together, ...found }: LinkFacts,
): LinkInspection {
  switch (step.kind) {
    case 'link':
      return inspectLink(step, vifId, links.get(step.name), {
        ...found,
        realName: named.get(step.name)?.name,
        ...(step.unbridged && { hybridBridge: hybridBridgeOf(vifId, links) }),
      });
    case 'linkAbsent': {
      const state = links.get(step.name);
      return inspectAbsence(step, vifId, state, found.usedBy, links.get(state?.peer ?? ''));
    }
    case 'linkUser':
      return inspectUser(step, links.get(step.name));
    case 'linkUserAbsent':
      return inspectUserAbsence(step, links, used, together);
  }
}

function hybridBridgeOf(vifId: string, links: ReadonlyMap<string, LinkState>): LinkState | undefined {
  return hybridBridgesOf(vifId)
    .map((name) => links.get(name))
    .find((each) => each && isOf(vifId, each));
}

/** Refuses a free link to all steps but the first, if steps of one call want it as a member of different bridges. */
function claimedLinks(
  all: readonly VifStep<LinkSteps>[],
  links: ReadonlyMap<string, LinkState>,
): ReadonlyMap<LinkSteps, VifError> {
  const first = new Map<string, string>();
  const refused = new Map<LinkSteps, VifError>();
  for (const { step } of all) {
    const wanted = step.kind === 'link' && step.shared ? step.set?.master : undefined;
    if (wanted === undefined || links.get(step.name)?.master !== undefined) continue;
    const master = first.get(step.name) ?? wanted;
    first.set(step.name, master);
    if (master !== wanted) refused.set(step, memberOf(step.name, master, wanted));
  }
  return refused;
}

/** See `completeLinks`; few calls need it. */
async function complete(
  links: readonly LinkState[],
  table: LinkTable,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, VifError>> {
  if (links.length === 0) return new Map();
  const { completeLinks } = await loadCode(completeCode);
  return completeLinks(links, table, signal);
}

/** Whether a step concerns the link of a running guest: its tap is open, or a container has the other end. */
function isOfGuest({ step }: VifStep<LinkSteps>, links: ReadonlyMap<string, LinkState>): boolean {
  const link = step.kind === 'link' && step.ifPresent ? links.get(step.name) : undefined;
  return link?.up === true && (link.tap?.isOpen ?? link.carrier ?? true);
}

/** The notes of the users that steps of a kind name. */
function notesIn(steps: readonly LinkSteps[], kind: 'linkUser' | 'linkUserAbsent'): Set<string> {
  return new Set(
    steps.flatMap((step) => (step.kind === kind && 'user' in step ? [noteOf(step.name, step.user)] : [])),
  );
}

/** The links that plugs remove, or make anew: they are restored if the plug fails. */
function leavingInPlugs(all: readonly VifStep<LinkSteps>[], otherwise: MadeOtherwise): string[] {
  const leaves = ({ step, isOfPlug }: VifStep<LinkSteps>) =>
    isOfPlug && step.kind !== 'linkUser' && (step.kind !== 'link' || otherwise.has(step));
  return all.filter(leaves).map(({ step }) => step.name);
}

function hasSettings({ set: { ipv6, arpIgnore, arpAnnounce } = {} }: LinkStep): boolean {
  return [ipv6, arpIgnore, arpAnnounce].some((each) => each !== undefined);
}
