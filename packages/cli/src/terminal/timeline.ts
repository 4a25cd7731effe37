import type { Settled, Span, Timeline } from '@vifkit/engine';
import { plain, type Style } from './output.js';
import { printable } from './text.js';

/** The timeline of a request, if its result or its error has one. */
export function timelineOf(result: Settled<object>): Timeline | undefined {
  const source: object = 'error' in result ? result.error : result.value;
  return 'timeline' in source ? (source.timeline as Timeline) : undefined;
}

/** Milliseconds from the beginning of the call until the result was final. */
export function endOf(timeline: Timeline): number {
  return Math.max(0, ...timeline.map(({ start, milliseconds }) => start + milliseconds));
}

/** The width of the bars in characters. */
const width = 24;

/** The timeline of a request: one line per span, ended by newlines. Empty for a request without spans. */
export function renderTimeline(timeline: Timeline, style: Style = plain): string {
  const total = endOf(timeline);
  const rows = timeline.map((span) => ({ span, start: inMs(span.start), took: inMs(span.milliseconds) }));
  const startWidth = Math.max(...rows.map(({ start }) => start.length));
  const tookWidth = Math.max(...rows.map(({ took }) => took.length));
  return rows
    .map(({ span, start, took }) => {
      const times = `${start.padStart(startWidth)}  +${took.padStart(tookWidth)} ms`;
      return `   ${times}  ${style('dim', bar(span, total))}  ${words(span)}\n`;
    })
    .join('');
}

function inMs(milliseconds: number): string {
  return milliseconds.toFixed(1);
}

/** The position of a span in the whole time; a span that is too short to be seen still has a mark. */
function bar({ start, milliseconds }: Span, total: number): string {
  const scale = total > 0 ? width / total : 0;
  const from = Math.min(Math.floor(start * scale), width - 1);
  const to = Math.min(Math.max(Math.ceil((start + milliseconds) * scale), from + 1), width);
  return '░'.repeat(from) + '█'.repeat(to - from) + '░'.repeat(width - to);
}

function words({ phase, what, batch }: Span): string {
  const parts = [phase, ...(what === undefined ? [] : [printable(what)])].join(' ');
  return batch === undefined || batch === 1 ? parts : `${parts} (${batch} steps together)`;
}
