import { expect, it } from 'vitest';
import { renderTimeline } from '../../src/terminal/timeline.js';

it('shows when each span began, how long it took, and who shared it', () => {
  const text = renderTimeline([
    { phase: 'prepare', start: 0, milliseconds: 0.04 },
    { phase: 'inspect', what: 'link', start: 0.04, milliseconds: 12, batch: 600 },
    { phase: 'inspect', what: 'ovsPort', start: 0.04, milliseconds: 6, batch: 1 },
    { phase: 'wait', start: 12.04, milliseconds: 12 },
    { phase: 'apply', what: "command 'mm-ctl'", start: 24.04, milliseconds: 23.96 },
  ]);
  expect(text).toBe(`\
    0.0  + 0.0 ms  █░░░░░░░░░░░░░░░░░░░░░░░  prepare
    0.0  +12.0 ms  ███████░░░░░░░░░░░░░░░░░  inspect link (600 steps together)
    0.0  + 6.0 ms  ████░░░░░░░░░░░░░░░░░░░░  inspect ovsPort
   12.0  +12.0 ms  ░░░░░░███████░░░░░░░░░░░  wait
   24.0  +24.0 ms  ░░░░░░░░░░░░████████████  apply command 'mm-ctl'
`);
});

it('is nothing for a request without spans, and has no bars that are too long', () => {
  expect(renderTimeline([])).toBe('');
  expect(renderTimeline([{ phase: 'prepare', start: 0, milliseconds: 0 }])).toBe(
    '   0.0  +0.0 ms  █░░░░░░░░░░░░░░░░░░░░░░░  prepare\n',
  );
});

it('lets no name steer the terminal', () => {
  const [what, start, milliseconds] = ["custom '\u001b[2J'", 0, 1];
  expect(renderTimeline([{ phase: 'apply', what, start, milliseconds }])).not.toContain('\u001b');
});
