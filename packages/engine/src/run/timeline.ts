import { type Step, stepTarget } from '@vifkit/core/steps';

/** A part of a request's time. */
export interface Span {
  /**
   * What the time was spent on: `prepare`, making the plan; `lock`, acquiring locks; `inspect`, comparing steps with
   * the host; `apply`, carrying them out; `undo`, undoing them; `wait`, waiting for others, as for a busy runner.
   */
  readonly phase: 'prepare' | 'lock' | 'inspect' | 'apply' | 'undo' | 'wait';
  /** The kinds of the steps that were running, or the single step, as in `custom 'register'`. */
  readonly what?: string;
  /** Milliseconds from the start of the call to the start of the span. */
  readonly start: number;
  /** How long it took, in milliseconds: for all steps of the {@link batch} together, not the request's share. */
  readonly milliseconds: number;
  /** How many steps ran in the batch, including those of other requests. */
  readonly batch?: number;
}

/**
 * Where the time of a request went: its spans in the order in which they began, without significant gaps. They follow
 * each other, except for `inspect` spans: runners read the host concurrently.
 */
export type Timeline = readonly Span[];

/** Milliseconds below which waiting gets no span: the engine itself takes that long between two spans. */
const MOMENT = 1;

/** Records where a request's time goes. */
export class Trace {
  readonly #spans: Span[] = [];

  /** @param began when the call began, on the clock of `performance.now` */
  constructor(private readonly began: number) {}

  /** @param span its start is on the same clock; the tasks of a batch share one span */
  add(span: Span): void {
    this.#spans.push(span);
  }

  /** The spans from the start of the call until now. */
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
    return timeline.map((span) => this.#relative(span));
  }

  #relative(span: Span): Span {
    return { ...span, start: rounded(span.start - this.began), milliseconds: rounded(span.milliseconds) };
  }
}

/** A step that is passed to a runner, and the trace that records its time. */
interface Traced {
  readonly step: Step;
  readonly trace: Trace | undefined;
}

/**
 * Begins a span. The returned function ends it for the given traces; it may be called for each of them at a different
 * time.
 */
export function startSpan(
  label: Pick<Span, 'phase' | 'what' | 'batch'>,
): (traces: Iterable<Trace | undefined>) => void {
  const start = performance.now();
  return (traces) => {
    const span = { ...label, start, milliseconds: performance.now() - start };
    for (const trace of new Set(traces)) trace?.add(span);
  };
}

/** Begins the span of a batch that is passed to a runner. The returned function ends it. */
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

/** Rounds to hundredths. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

/** A step and its owner, for messages. */
export function taskTitle({
  step,
  owner,
}: {
  readonly step: Step;
  readonly owner?: string | undefined;
}): string {
  return `${step.kind} '${stepTarget(step)}'${owner === undefined ? '' : ` of the ${owner}`}`;
}
