import { type Step, stepTarget } from '@vifkit/core/steps';

/** A part of a request's time. */
export interface Span {
  /**
   * What the time went into: `prepare`, its plan was made; `lock`, its locks were taken; `inspect`, steps were compared
   * with the host; `apply`, they were carried out; `undo`, they were taken back; `wait`, it was the turn of others, as of
   * those that a runner was busy with.
   */
  readonly phase: 'prepare' | 'lock' | 'inspect' | 'apply' | 'undo' | 'wait';
  /** The kinds of the steps that were at work, or the one step that was, as in `custom 'register'`. */
  readonly what?: string;
  /** Milliseconds from the beginning of the call to that of the span. */
  readonly start: number;
  /** How long it took, in milliseconds: all steps of {@link batch} together, and not the request's share. */
  readonly milliseconds: number;
  /** How many steps it was done for at once, those of other requests included. */
  readonly batch?: number;
}

/**
 * Where the time of a request went: its spans in the order in which they began, without a gap worth telling. They
 * follow each other, but for `inspect`: what reads the host reads side by side.
 */
export type Timeline = readonly Span[];

/** Milliseconds below which waiting is not worth a span: the engine takes that long between two of them. */
const MOMENT = 1;

/** Notes what becomes of a request's time. */
export class Trace {
  readonly #spans: Span[] = [];

  /** @param began when the call began, on the clock of `performance.now` */
  constructor(private readonly began: number) {}

  /** @param span whose start is on that clock, too; those of one batch share one */
  add(span: Span): void {
    this.#spans.push(span);
  }

  /** From the beginning of the call until now. */
  timeline(): Timeline {
    const timeline: Span[] = [];
    let end = this.began;
    const waitUntil = (start: number) => {
      if (start - end >= MOMENT) timeline.push({ phase: 'wait', start: end, milliseconds: start - end });
    };
    for (const span of this.#spans.sort((a, b) => a.start - b.start)) {
      waitUntil(span.start);
      timeline.push(span);
      end = Math.max(end, span.start + span.milliseconds);
    }
    waitUntil(performance.now());
    return timeline.map((span) => this.#told(span));
  }

  #told(span: Span): Span {
    return { ...span, start: rounded(span.start - this.began), milliseconds: rounded(span.milliseconds) };
  }
}

/** A step that a runner is given, and who wants to know how long it takes. */
interface Traced {
  readonly step: Step;
  readonly trace: Trace | undefined;
}

/** Begins a span. The answer ends it, for whom it is given; for each of them at another time, if need be. */
export function startSpan(
  label: Pick<Span, 'phase' | 'what' | 'batch'>,
): (traces: Iterable<Trace | undefined>) => void {
  const start = performance.now();
  return (traces) => {
    const span = { ...label, start, milliseconds: performance.now() - start };
    for (const trace of new Set(traces)) trace?.add(span);
  };
}

/** Begins the span of a batch that a runner is given. The answer ends it. */
export function startBatch(phase: Span['phase'], tasks: readonly Traced[], isOneByOne: boolean): () => void {
  const end = startSpan(
    isOneByOne
      ? { phase, what: tasks.map(({ step }) => taskTitle({ step })).join(', ') }
      : { phase, what: [...new Set(tasks.map(({ step }) => step.kind))].join(', '), batch: tasks.length },
  );
  return () => end(tasks.map(({ trace }) => trace));
}

/** The span that took longest. */
export function slowestOf(timeline: Timeline): Span | undefined {
  return timeline.reduce<Span | undefined>(
    (slowest, span) => (slowest && slowest.milliseconds >= span.milliseconds ? slowest : span),
    undefined,
  );
}

/** To hundredths. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

/** A step, and whose it is, for messages. */
export function taskTitle({
  step,
  owner,
}: {
  readonly step: Step;
  readonly owner?: string | undefined;
}): string {
  return `${step.kind} '${stepTarget(step)}'${owner === undefined ? '' : ` of the ${owner}`}`;
}
