/**
 * The form that runners had before their changes were typed: what was found of a step went back to the runner as it was,
 * and it cast what it had noted in it. For runners that have not moved yet.
 */
import type { VifError } from '@vifkit/core';
import type {
  Difference,
  Owned,
  PlannedVif,
  Reach,
  Found as TypedFound,
  Inspection as TypedInspection,
  StepRunner as TypedRunner,
} from '@vifkit/core/step-kinds';
import type { Step, StepKind } from '@vifkit/core/steps';

export { foundByMark, type Reach } from '@vifkit/core/step-kinds';
export * from './index.js';

/** Whose something is, and the difference that taking it over makes. */
export interface Found extends TypedFound {
  /** The mark that it lacks. The runner sets the mark when it is given it. */
  readonly mark?: Difference;
}

/** What a runner found when it compared a step with the host. */
export interface Inspection {
  /** Empty: the host is already as the step wants it, and nothing will be written. */
  readonly differences: readonly Difference[];
  /** The object does not exist, and the step would make it. */
  readonly creates?: boolean;
  /** What whoever plugs should know of the step, in a sentence: it goes as wanted, but may not be what was meant. */
  readonly note?: string;
  /** Why the step cannot be carried out on this host as it is. */
  readonly blocked?: VifError;
  /** Whose it is; left out where nothing was found, or where it is nobody's in particular. */
  readonly found?: Found;
  /** It went to somebody else behind our back: at most our note of it goes, and what goes with it is left alone. */
  readonly isLost?: boolean;
  /** What the runner needs to put the host back; of its own making. */
  readonly before?: unknown;
  /** What else the runner came across of the VIF, see {@link StepRunner.findStrays}. It goes beside this step. */
  readonly strays?: readonly Stray[];
}

/** Something of a VIF that no step of its plan is about, with the step that removes it. */
export interface Stray {
  readonly step: Step;
  readonly inspection: Inspection;
}

/** A step to be done, with what was found of it. */
export interface Task<S extends Step = Step> {
  readonly step: S;
  readonly vifId: string;
  readonly inspection: Inspection;
}

/** A task that `apply` was given, with its outcome. */
export interface AttemptedTask<S extends Step = Step> extends Task<S> {
  readonly outcome: Outcome;
}

/** How a task ended: undefined when it went well. */
export type Outcome = VifError | undefined;

/**
 * Carries out steps of certain kinds. Every method takes a batch, of one plan or of many, and answers in
 * its order, so that an implementation can share one read, one transaction or one process among them.
 *
 * A method rejects only when nothing of the batch could be done (no server, no permission); what goes wrong
 * with a single step is its outcome.
 */
export interface StepRunner<S extends Step = Step> {
  readonly kinds: readonly StepKind[];
  /**
   * The steps of one plan are handed over one at a time, each only once the one before it went well: for what
   * must not be done behind a failure. A batch then has at most one step of each plan.
   */
  readonly oneByOne?: boolean;
  /** Compares steps with the host. Reads only. */
  inspect(
    steps: readonly S[],
    signal: AbortSignal,
    vifIds: readonly string[],
  ): Promise<readonly Inspection[]>;
  /** Brings the host to where the steps want it. Steps of one plan are in the plan's order. */
  apply(tasks: readonly Task<S>[], signal: AbortSignal): Promise<readonly Outcome[]>;
  /**
   * Takes back tasks that `apply` was given, in reverse order: those that went well, those that failed
   * (they may have done half of it), and those behind one that failed, which it may not have got to.
   */
  undo(tasks: readonly AttemptedTask<S>[], signal: AbortSignal): Promise<readonly Outcome[]>;
  /**
   * What each VIF has of another way in which it was plugged, whatever kinds of steps its plan has: a plug and an unplug
   * remove it, once all else is done. Reads only, and is asked for at each of them: it should take no time where there is
   * nothing.
   */
  findStrays?(vifs: readonly PlannedVif[], signal: AbortSignal): Promise<readonly (readonly Stray[])[]>;
  /**
   * All that carries our mark, whoever made it and whenever, with an error for each thing whose VIF cannot be told.
   * Reads only. A step for what VIFs share must leave it in place as long as something uses it.
   *
   * @param reach how much of it has to be found; `all` unless given
   * @param vifIds only these VIFs matter; there may be more in the answer
   */
  findOwned?(
    signal: AbortSignal,
    reach?: Reach,
    vifIds?: readonly string[],
  ): Promise<readonly (Owned | VifError)[]>;
}

/** A runner of the former kind, as the engine takes it. */
export function former<S extends Step>(runner: StepRunner<S>): TypedRunner<S, Inspection, undefined> {
  const findStrays = runner.findStrays?.bind(runner);
  const findOwned = runner.findOwned?.bind(runner);
  const typedStrays = (strays: readonly Stray[]) =>
    strays.map(({ step, inspection }) => ({ step: step as S, inspection: typed<S>(inspection) }));
  const typed = <S extends Step>(inspection: Inspection): TypedInspection<Inspection, S> => {
    const { before: _, strays, found, ...rest } = inspection;
    const { mark, ...whose } = found ?? {};
    const marked = mark && { ...inspection, differences: [...inspection.differences, mark] };
    return {
      ...rest,
      ...(inspection.differences.length > 0 && { change: inspection }),
      ...(marked && { takeOver: { change: marked, differences: marked.differences } }),
      ...(found && { found: whose as TypedFound }),
      ...(strays && { strays: typedStrays(strays) as never }),
    };
  };
  return {
    kinds: runner.kinds as readonly S['kind'][],
    ...(runner.oneByOne && { oneByOne: true }),
    async inspect(steps, signal) {
      const found = await runner.inspect(
        steps.map(({ step }) => step),
        signal,
        steps.map(({ vifId }) => vifId),
      );
      return found.map(typed<S>);
    },
    async apply(tasks, signal) {
      const given = tasks.map(({ step, vifId, change }) => ({ step, vifId, inspection: change }));
      return (await runner.apply(given, signal)).map((error) => (error ? { error } : {}));
    },
    undo: (tasks, signal) =>
      runner.undo(
        tasks.map(({ step, vifId, change, outcome }) => ({
          step,
          vifId,
          inspection: change,
          outcome: outcome.error,
        })),
        signal,
      ),
    ...(findStrays && {
      findStrays: async (vifs: readonly PlannedVif[], signal: AbortSignal) =>
        (await findStrays(vifs, signal)).map((each) => typedStrays(each)),
    }),
    ...(findOwned && {
      findOwned: async (signal: AbortSignal, reach?: Reach, vifIds?: readonly string[]) =>
        (await findOwned(signal, reach, vifIds)) as readonly (Owned<S> | VifError)[],
    }),
  };
}
