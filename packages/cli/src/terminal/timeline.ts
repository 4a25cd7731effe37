import type { Settled, Span, Timeline } from '@vifkit/engine';
import { plain, type Style } from './output.js';
import { printable } from './text.js';

/** Where the time of a request went, if its result or its error tells. */
export function timelineOf(result: Settled<object>): Timeline | undefined {
  const source: object = 'error' in result ? result.error : result.value;
  return 'timeline' in source ? (source.timeline as Timeline) : undefined;
}

/** Milliseconds from the beginning of the call until the result was final. */
export function endOf(timeline: Timeline): number {
  return Math.max(0, ...timeline.map(({ start, milliseconds }) => start + milliseconds));
}

/** How many characters wide the bars are that show when something was done. */
const width = 24;

/** Where the time of a request went: a line a span, ended by newlines. Nothing for a request without spans. */
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

/** Where in the whole time a span lies; one that is too short to be seen has a mark all the same. */
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
