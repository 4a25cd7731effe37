import type { VifError } from '../errors/vif-error.js';
import type { Step, StepKind } from '../plan/steps.js';

/** One attribute in which the host is not as a step wants it. */
export interface Difference {
  /** The attribute's name, as the step spells it; `exists` for the object itself. */
  readonly attribute: string;
  readonly expected: unknown;
  readonly actual: unknown;
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
  /** What the runner needs to put the host back; of its own making. */
  readonly before?: unknown;
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

/** Something on the host that carries our mark, with the step that removes it. */
export interface Owned {
  /** The VIF that it was made for; undefined for what several VIFs share. */
  readonly vifId: string | undefined;
  readonly step: Step;
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
   * All that carries our mark, whoever made it and whenever, with an error for each thing whose VIF cannot be told.
   * Reads only. A step for what VIFs share must leave it in place as long as something uses it.
   */
  findOwned?(signal: AbortSignal): Promise<readonly (Owned | VifError)[]>;
}
