import type { Plan, Step, StepKind, VifError } from '@vifkit/core';

/** One attribute in which the host is not as a step wants it. */
export interface Difference {
  /** The attribute's name, as the step spells it; `exists` for the object itself. */
  readonly attribute: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Whose something is that a step found. Runners only tell; what follows from it, the engine decides. */
export interface Found {
  /**
   * `this`: it carries our mark with the VIF's id. `other`: our mark with another VIF's id, or another `iface-id`.
   * `shared`: our mark of what several VIFs use. `unmarked`: none of ours, as os-vif, libvirt or an operator leave it.
   */
  readonly whose: 'this' | 'other' | 'shared' | 'unmarked';
  /** The id of the other VIF. */
  readonly vifId?: string;
  /** Nothing marks it, but by its name it can be no other's than the VIF's. */
  readonly byName?: boolean;
  /** The link that shows that it is in use. */
  readonly usedBy?: string;
  /** It is a hardware function that another VIF has left, and that nobody uses now. */
  readonly isIdle?: boolean;
  /** The difference that taking it over makes: the mark that it lacks. The runner sets the mark when it is given it. */
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

/** A VIF and a plan of its. */
export interface PlannedVif {
  readonly vifId: string;
  readonly plan: Plan;
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

/**
 * How much is looked for of what carries our mark: `all` there is, as for a garbage collection; what `vifs` have, and not
 * what they share; or of that only what is `near`, and is found without going through all that there is.
 */
export type Reach = 'all' | 'vifs' | 'near';

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
