import type { VifError } from '../errors/vif-error.js';
import { isSameVif } from '../fields/values.js';
import type { HostFacts, Logger } from './host.js';
import type { Plan, Step } from './steps.js';

/** One attribute in which the host differs from what a step wants. It is for display only, and is never read back. */
export interface Difference {
  /** The attribute's name, as the step spells it; `exists` for the object itself. */
  readonly attribute: string;
  /** What the step wants. */
  readonly expected: unknown;
  /** What the host has. */
  readonly actual: unknown;
}

/** The owner of something that a step found. Runners only report it; the engine decides what follows. */
export interface Found {
  /**
   * `this`: it carries our mark with the VIF's id. `other`: it carries our mark with another VIF's id, or another
   * `iface-id`. `shared`: it carries our mark for what several VIFs use. `unmarked`: it has no mark of ours, because
   * os-vif, libvirt or an operator made it.
   */
  readonly whose: 'this' | 'other' | 'shared' | 'unmarked';
  /** The id of the other VIF. */
  readonly vifId?: string;
  /** It has no mark, but its name shows that it can only belong to this VIF. */
  readonly byName?: boolean;
  /** What shows that it is in use, such as a link or an address. */
  readonly usedBy?: string;
  /** It is a hardware function that another VIF left behind, and that nobody uses now. */
  readonly isIdle?: boolean;
}

/** The owner that a mark shows. */
export function foundByMark(marked: string | undefined, vifId: string): Found {
  if (marked === undefined) return { whose: 'unmarked' };
  return isSameVif(marked, vifId) ? { whose: 'this' } : { whose: 'other', vifId: marked };
}

/** A step of a VIF's plan. */
export interface VifStep<S extends Step = Step> {
  /** The desired state. */
  readonly step: S;
  /** The id of the VIF whose plan has the step. */
  readonly vifId: string;
  /** The plan is that of a plug, and undone if it fails: its runner needs to know how to restore what it removes. */
  readonly isOfPlug?: boolean;
}

/** What to write for a step, and how to show it to people. */
export interface Wanted<Change> {
  /**
   * Everything that `apply` needs, and also `undo` if `apply` cannot report how far it got. If left out, nothing is
   * written.
   */
  readonly change?: Change;
  /**
   * The differences of the host, rendered from the change. If there are differences but no change, the step cannot be
   * applied.
   */
  readonly differences: readonly Difference[];
}

/**
 * What a runner found when it compared a step with the host.
 * @typeParam S the steps of the strays, if it reports any
 */
export interface Inspection<Change, S extends Step = never> extends Wanted<Change> {
  /** What to write instead if the engine decides to take the thing over: the same change, and our mark. */
  readonly takeOver?: Wanted<Change>;
  /** The target does not exist, and the step would make it. */
  readonly creates?: boolean;
  /** The target is the guest's, and is not there yet: there is nothing to compare the step with, and nothing to write. */
  readonly isAwaited?: boolean;
  /**
   * A sentence about the step for the caller of the plug: the step works as requested, but may not be what was meant.
   */
  readonly note?: string;
  /** Why the step cannot be applied on this host in its current state. */
  readonly blocked?: VifError;
  /** Its owner; left out if nothing was found, or if it has no particular owner. */
  readonly found?: Found;
  /**
   * It was taken over by somebody else without our knowledge. At most our record of it is removed, and steps that
   * depend on it are skipped.
   */
  readonly isLost?: boolean;
  /**
   * Other things of the VIF that the runner came across, see {@link StepRunner.findStrays}. They are removed along with
   * this step.
   */
  readonly strays?: readonly Stray<Change, S>[];
}

/** Something that belongs to a VIF but that no step of its plan is about, with the step that removes it. */
export interface Stray<Change, S extends Step> {
  /** The step that removes the stray. */
  readonly step: S;
  /** The inspection of this step. */
  readonly inspection: Inspection<Change, S>;
}

/** A VIF and its plan. */
export interface PlannedVif {
  /** The VIF's id: a UUID. */
  readonly vifId: string;
  /** All steps of its plan, in order. */
  readonly plan: Plan;
}

/** A step to apply, and what to write for it. */
export interface Task<S extends Step, Change> extends VifStep<S> {
  /** The change that `inspect` returned. */
  readonly change: Change;
}

/** The result of applying a step. */
export interface Outcome<Done> {
  /** What was done, completely or in part. It is passed to `undo`. */
  readonly done?: Done;
  /** Why it failed. */
  readonly error?: VifError;
}

/** A task that was passed to `apply`, and is to be undone. */
export interface AttemptedTask<S extends Step, Change, Done> extends Task<S, Change> {
  /**
   * What `apply` returned. Without `done`, `apply` was interrupted or failed as a whole, and may have done any part of
   * the change.
   */
  readonly outcome: Outcome<Done>;
}

/**
 * How thoroughly to search for things with our mark. `all` finds everything, as for garbage collection. `vifs` finds
 * what individual VIFs have, but not what they share. `near` finds only the part of that which can be found without a
 * search of the whole host.
 */
export type Reach = 'all' | 'vifs' | 'near';

/** Something on the host that carries our mark, with the step that removes it. */
export interface Owned<S extends Step = Step> {
  /** The id of the VIF that it was made for; undefined for something that several VIFs share. */
  readonly vifId: string | undefined;
  /** The step that removes it. */
  readonly step: S;
}

/**
 * Inspects and applies steps of certain kinds. Every method takes a batch of steps, from one plan or many, and returns
 * results in the same order, so that an implementation can use one read, one transaction or one process for all of
 * them.
 *
 * A method rejects only if nothing of the batch could be done (no server, no permission). The failure of a single step
 * is reported in its outcome.
 *
 * @typeParam Change what `inspect` returns, and `apply` writes
 * @typeParam Done what `apply` reports as done, and `undo` reverts
 */
export interface StepRunner<S extends Step = Step, Change = unknown, Done = unknown> {
  /** The kinds of steps that it handles. */
  readonly kinds: readonly S['kind'][];
  /**
   * Pass the steps of one plan one at a time, each only after the previous one has succeeded: for steps that must not
   * run after a failure. A batch then has at most one step of each plan.
   */
  readonly oneByOne?: boolean;
  /** Compares steps with the host. Read-only. */
  inspect(steps: readonly VifStep<S>[], signal: AbortSignal): Promise<readonly Inspection<Change, S>[]>;
  /** Writes the changes. The changes of one plan are in the plan's order. */
  apply(tasks: readonly Task<S, Change>[], signal: AbortSignal): Promise<readonly Outcome<Done>[]>;
  /**
   * Undoes tasks that were passed to `apply`, in reverse order: those that succeeded, those that failed (they may be
   * partly done), and those after a failed one, which `apply` may not have reached.
   * @returns for each task, why it could not be undone, or undefined. That of a task without `done` counts only if the
   *   step's target is not as `inspect` found it: what prevents a change may prevent undoing it too.
   */
  undo(
    tasks: readonly AttemptedTask<S, Change, Done>[],
    signal: AbortSignal,
  ): Promise<readonly (VifError | undefined)[]>;
  /**
   * What each VIF has left from an earlier plug of another kind, whatever kinds of steps its plan has now. A plug and
   * an unplug remove it after everything else. Read-only. It is called at every plug and unplug, so it should be fast
   * if there is nothing.
   */
  findStrays?(
    vifs: readonly PlannedVif[],
    signal: AbortSignal,
  ): Promise<readonly (readonly Stray<Change, S>[])[]>;
  /**
   * Everything that carries our mark, whoever made it and whenever, with an error for each thing whose VIF cannot be
   * determined. Read-only. A step for something that VIFs share must leave it in place as long as it is used.
   *
   * @param reach how much must be found; `all` unless given
   * @param vifIds only these VIFs matter; the result may include others
   */
  findOwned?(
    signal: AbortSignal,
    reach?: Reach,
    vifIds?: readonly string[],
  ): Promise<readonly (Owned<S> | VifError)[]>;
  /**
   * Releases what a vendor's runner holds, such as a connection. The driver's `close` calls it, and waits at most 5 s.
   */
  dispose?(): void | Promise<void>;
}

/** The result of running a program. */
export interface CommandResult {
  /** undefined if the program could not be started, or was ended by a signal. */
  readonly exitCode: number | undefined;
  /** Everything that it wrote to standard output. */
  readonly stdout: string;
  /** Everything that it wrote to standard error. */
  readonly stderr: string;
  /** There is no such program. */
  readonly missing: boolean;
  /** Why there is no exit code, as in `was ended by SIGKILL`. */
  readonly ending?: string;
}

/** Runs programs to completion, never through a shell: for real, or in memory. */
export interface CommandExecutor {
  /**
   * Runs a program to completion, whether it succeeds or fails.
   * @throws VifError TIMEOUT, ABORTED; the program is then terminated
   */
  run(argv: readonly [string, ...string[]], signal: AbortSignal): Promise<CommandResult>;
}

/** What a host provides to the runners of vendors' packages. */
export interface RunnerContext {
  /** Read-only questions to the host. */
  readonly facts: HostFacts;
  /** Runs vendors' tools, with the host's helper in front of them. */
  readonly commands: CommandExecutor;
  /** The driver's logger. */
  readonly logger: Logger;
}
