import type {
  AttemptedTask,
  Inspection,
  LinkAbsentStep,
  LinkStep,
  Outcome,
  StepRunner,
  Task,
} from '@vifkit/core';
import { isVifError, VifError } from '@vifkit/core';
import { inspectAbsence, inspectLink } from './inspect-link.js';
import type { LinkState } from './link-state.js';
import type { LinkOperation, LinkTable } from './link-table.js';
import { scriptFor } from './operations.js';
import { restoringChange } from './restore.js';

type LinkSteps = LinkStep | LinkAbsentStep;

/** Carries out `link` and `linkAbsent` steps on a table of links. */
export class LinkRunner implements StepRunner<LinkSteps> {
  readonly kinds = ['link', 'linkAbsent'] as const;
  readonly #table: LinkTable;

  constructor(table: LinkTable) {
    this.#table = table;
  }

  async inspect(steps: readonly LinkSteps[], signal: AbortSignal): Promise<Inspection[]> {
    const withSettings = steps
      .filter((step) => step.kind === 'link' && hasSettings(step))
      .map(({ name }) => name);
    const links = await this.#table.read([...new Set(withSettings)], signal);
    return steps.map((step) =>
      step.kind === 'link'
        ? inspectLink(step, links.get(step.name))
        : inspectAbsence(step, links.get(step.name)),
    );
  }

  async apply(tasks: readonly Task<LinkSteps>[], signal: AbortSignal): Promise<Outcome[]> {
    const { operations, indices } = scriptFor(tasks);
    const outcomes = await this.#table.write(operations, signal);
    return indices.map((own) => own.map((index) => outcomes[index]).find((outcome) => outcome));
  }

  async undo(tasks: readonly AttemptedTask<LinkSteps>[], signal: AbortSignal): Promise<Outcome[]> {
    const used = await this.#mastersInUse(tasks, signal);
    const operations = tasks.map((task) => undoing(task, used));
    const wanted = operations.flatMap((operation) =>
      operation instanceof VifError ? [] : (operation ?? []),
    );
    const results = new Map(
      (await this.#table.write(wanted, signal)).map((outcome, i) => [wanted[i], outcome]),
    );
    return operations.map((operation) =>
      operation instanceof VifError ? operation : operation && results.get(operation),
    );
  }

  /** The bridges that have members which do not go away in this undoing. Read only if it can matter. */
  async #mastersInUse(tasks: readonly AttemptedTask<LinkSteps>[], signal: AbortSignal): Promise<Set<string>> {
    if (!tasks.some(({ step }) => step.kind === 'link' && step.shared)) return new Set();
    const leaving = new Set(tasks.map(({ step }) => step.name));
    const links = await this.#table.read([], signal);
    return new Set(
      [...links.values()].flatMap(({ name, master }) => (master && !leaving.has(name) ? [master] : [])),
    );
  }
}

function undoing(
  { step, inspection, outcome }: AttemptedTask<LinkSteps>,
  used: ReadonlySet<string>,
): LinkOperation | VifError | undefined {
  const before = inspection.before as LinkState | undefined;
  if (step.kind === 'linkAbsent') {
    if (isVifError(outcome, 'LINK_COMMAND_FAILED')) return undefined; // it was not removed
    return new VifError('LINK_COMMAND_FAILED', `Link ${step.name} was removed and cannot be brought back`);
  }
  const { name } = step;
  if (before) return { op: 'set', name, attributes: restoringChange(inspection.differences, before) };
  if (step.create?.type === 'command') return undefined; // undoing the command takes it away
  const anothers = isVifError(outcome, 'LINK_EXISTS') || (step.shared && used.has(name));
  return anothers ? undefined : { op: 'delete', name };
}

function hasSettings({ set, initial }: LinkStep): boolean {
  return [set, initial].some(
    (each) => each?.ipv6 !== undefined || each?.arpIgnore !== undefined || each?.arpAnnounce !== undefined,
  );
}
