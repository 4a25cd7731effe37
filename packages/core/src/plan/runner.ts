import type { VifError } from '../errors/vif-error.js';
import { isSameVif } from '../fields/values.js';
import type { HostFacts, Logger } from './host.js';
import type { Plan, Step } from './steps.js';

/** One attribute in which the host is not as a step wants it. It is for people, and is never read back. */
export interface Difference {
  /** The attribute's name, as the step spells it; `exists` for the object itself. */
  readonly attribute: string;
  /** What the step wants. */
  readonly expected: unknown;
  /** What the host has. */
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
}

/** Tells whose a mark is. */
export function foundByMark(marked: string | undefined, vifId: string): Found {
  if (marked === undefined) return { whose: 'unmarked' };
  return isSameVif(marked, vifId) ? { whose: 'this' } : { whose: 'other', vifId: marked };
}

/** A step of a VIF's plan. */
export interface VifStep<S extends Step = Step> {
  /** What the host is to be like. */
  readonly step: S;
  /** Whose plan it is of. */
  readonly vifId: string;
}

/** What is to be written for a step, and how it is told to people. */
export interface Wanted<Change> {
  /** All that `apply` needs, and `undo` too where `apply` cannot say how far it came. Left out: nothing is written. */
  readonly change?: Change;
  /** In what the host differs, rendered from the change. Not empty without one: the step cannot be carried out. */
  readonly differences: readonly Difference[];
}

/**
 * What a runner found when it compared a step with the host.
 * @typeParam S the steps of the strays, if it tells any
 */
export interface Inspection<Change, S extends Step = never> extends Wanted<Change> {
  /** What is written instead if the engine has the thing taken over: that, and our mark. */
  readonly takeOver?: Wanted<Change>;
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
  /** What else the runner came across of the VIF, see {@link StepRunner.findStrays}. It goes beside this step. */
  readonly strays?: readonly Stray<Change, S>[];
}

/** Something of a VIF that no step of its plan is about, with the step that removes it. */
export interface Stray<Change, S extends Step> {
  /** It removes the stray. */
  readonly step: S;
  /** What the step finds. */
  readonly inspection: Inspection<Change, S>;
}

/** A VIF and a plan of its. */
export interface PlannedVif {
  /** The VIF's id: a UUID. */
  readonly vifId: string;
  /** All steps of its plan, in their order. */
  readonly plan: Plan;
}

/** A step to be carried out, and what is to be written for it. */
export interface Task<S extends Step, Change> extends VifStep<S> {
  /** What `inspect` said is to be written. */
  readonly change: Change;
}

/** How carrying out a step ended. */
export interface Outcome<Done> {
  /** What has been done, all of it or a part: `undo` is given it. */
  readonly done?: Done;
  /** Why it went wrong. */
  readonly error?: VifError;
}

/** A task that `apply` was given, to be taken back. */
export interface AttemptedTask<S extends Step, Change, Done> extends Task<S, Change> {
  /** What `apply` returned. Without `done`, it was cut off, or failed as a whole: it may have done anything of the change. */
  readonly outcome: Outcome<Done>;
}

/**
 * How much is looked for of what carries our mark: `all` there is, as for a garbage collection; what `vifs` have, and not
 * what they share; or of that only what is `near`, and is found without going through all that there is.
 */
export type Reach = 'all' | 'vifs' | 'near';

/** Something on the host that carries our mark, with the step that removes it. */
export interface Owned<S extends Step = Step> {
  /** The VIF that it was made for; undefined for what several VIFs share. */
  readonly vifId: string | undefined;
  /** It removes the thing. */
  readonly step: S;
}

/**
 * Carries out steps of certain kinds. Every method takes a batch, of one plan or of many, and answers in
 * its order, so that an implementation can share one read, one transaction or one process among them.
 *
 * A method rejects only when nothing of the batch could be done (no server, no permission); what goes wrong
 * with a single step is its outcome.
 *
 * @typeParam Change what `inspect` finds to be written, and `apply` writes
 * @typeParam Done what `apply` tells of what it did, and `undo` takes back
 */
export interface StepRunner<S extends Step = Step, Change = unknown, Done = unknown> {
  /** The kinds of steps that it carries out. */
  readonly kinds: readonly S['kind'][];
  /**
   * The steps of one plan are handed over one at a time, each only once the one before it went well: for what
   * must not be done behind a failure. A batch then has at most one step of each plan.
   */
  readonly oneByOne?: boolean;
  /** Compares steps with the host. Reads only. */
  inspect(steps: readonly VifStep<S>[], signal: AbortSignal): Promise<readonly Inspection<Change, S>[]>;
  /** Writes the changes. Those of one plan are in the plan's order. */
  apply(tasks: readonly Task<S, Change>[], signal: AbortSignal): Promise<readonly Outcome<Done>[]>;
  /**
   * Takes back tasks that `apply` was given, in reverse order: those that went well, those that failed
   * (they may have done half of it), and those behind one that failed, which it may not have got to.
   * @returns for each task why it could not be taken back, or undefined
   */
  undo(
    tasks: readonly AttemptedTask<S, Change, Done>[],
    signal: AbortSignal,
  ): Promise<readonly (VifError | undefined)[]>;
  /**
   * What each VIF has of another way in which it was plugged, whatever kinds of steps its plan has: a plug and an unplug
   * remove it, once all else is done. Reads only, and is asked for at each of them: it should take no time where there is
   * nothing.
   */
  findStrays?(
    vifs: readonly PlannedVif[],
    signal: AbortSignal,
  ): Promise<readonly (readonly Stray<Change, S>[])[]>;
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
  ): Promise<readonly (Owned<S> | VifError)[]>;
  /** Ends what a vendor's runner holds, such as a connection: the driver's `close` calls it, and waits 5 s at most. */
  dispose?(): void | Promise<void>;
}

/** What came of a program. */
export interface CommandResult {
  /** undefined when the program could not be started, or was ended by a signal. */
  readonly exitCode: number | undefined;
  /** All that it wrote to its standard output. */
  readonly stdout: string;
  /** All that it wrote to its standard error. */
  readonly stderr: string;
  /** There is no such program. */
  readonly missing: boolean;
  /** Why there is no exit code, as in `was ended by SIGKILL`. */
  readonly ending?: string;
}

/** Runs programs to their end, never through a shell: for real, or in memory. */
export interface CommandExecutor {
  /**
   * Runs a program to its end, however it ends.
   * @throws VifError TIMEOUT, ABORTED; the program is ended then
   */
  run(argv: readonly [string, ...string[]], signal: AbortSignal): Promise<CommandResult>;
}

/** What a host offers to the runners of vendors' packages. */
export interface RunnerContext {
  /** Questions to the host; they read, and never write. */
  readonly facts: HostFacts;
  /** Vendors' tools, with the host's helper in front of them. */
  readonly commands: CommandExecutor;
  /** The driver's logger. */
  readonly logger: Logger;
}
