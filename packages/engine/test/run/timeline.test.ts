import { afterEach, describe, expect, it, vi } from 'vitest';
import { slowestOf, startBatch, startSpan, Trace } from '../../src/run/timeline.js';
import { command, link, port } from './support/fake-host.js';

let now = 1_000;
vi.spyOn(performance, 'now').mockImplementation(() => now);
afterEach(() => {
  now = 1_000;
});

/** Something that takes so long, for whom it is traced. */
function pass(milliseconds: number, phase: Parameters<typeof startSpan>[0]['phase'], ...traces: Trace[]) {
  const end = startSpan({ phase });
  now += milliseconds;
  end(traces);
}

describe('a timeline', () => {
  it('has the spans in order, from the beginning of the call', () => {
    const trace = new Trace(now);
    pass(1.2345, 'prepare', trace);
    pass(3, 'inspect', trace);
    expect(trace.timeline()).toEqual([
      { phase: 'prepare', start: 0, milliseconds: 1.23 },
      { phase: 'inspect', start: 1.23, milliseconds: 3 },
    ]);
  });

  it('reports what was spent waiting: between spans, before the first and after the last', () => {
    const trace = new Trace(now);
    now += 2;
    pass(1, 'prepare', trace);
    pass(4, 'apply'); // for others
    pass(1, 'apply', trace);
    now += 7;
    expect(trace.timeline().map(({ phase, start, milliseconds }) => [phase, start, milliseconds])).toEqual([
      ['wait', 0, 2],
      ['prepare', 2, 1],
      ['wait', 3, 4],
      ['apply', 7, 1],
      ['wait', 8, 7],
    ]);
  });

  it('leaves out moments', () => {
    const trace = new Trace(now);
    now += 0.4;
    pass(1, 'prepare', trace);
    now += 0.4;
    expect(trace.timeline()).toHaveLength(1);
  });

  it('has spans side by side, and what was spent waiting after both', () => {
    const trace = new Trace(now);
    const [endLong, endShort] = [startSpan({ phase: 'inspect' }), startSpan({ phase: 'inspect' })];
    now += 2;
    endShort([trace]);
    now += 8;
    endLong([trace]);
    now += 5;
    pass(1, 'apply', trace);
    expect(trace.timeline().map(({ phase, start, milliseconds }) => [phase, start, milliseconds])).toEqual([
      ['inspect', 0, 2],
      ['inspect', 0, 10],
      ['wait', 10, 5],
      ['apply', 15, 1],
    ]);
  });

  it('may be ended for each at another time', () => {
    const [early, late] = [new Trace(now), new Trace(now)];
    const end = startSpan({ phase: 'lock' });
    now += 1;
    end([early]);
    now += 9;
    end([late]);
    expect(late.timeline()).toEqual([{ phase: 'lock', start: 0, milliseconds: 10 }]);
    expect(early.timeline()[0]).toEqual({ phase: 'lock', start: 0, milliseconds: 1 });
  });
});

describe('a batch', () => {
  const [one, two] = [new Trace(now), new Trace(now)];
  const tasks = [
    { step: link('a'), trace: one },
    { step: port('a'), trace: one },
    { step: link('b'), trace: two },
    { step: link('c'), trace: undefined },
  ];

  it('reports the whole time to all whose steps are in it, once each, and how many steps shared it', () => {
    const end = startBatch('apply', tasks, false);
    now += 40;
    end();
    const span = { phase: 'apply', what: 'link, ovsPort', start: 0, milliseconds: 40, batch: 4 };
    expect([one.timeline(), two.timeline()]).toEqual([[span], [span]]);
  });

  it('of one step by itself has its name', () => {
    const trace = new Trace(now);
    startBatch('undo', [{ step: command('mm-ctl'), trace }], true)();
    expect(trace.timeline()).toEqual([
      { phase: 'undo', what: "command 'mm-ctl'", start: 0, milliseconds: 0 },
    ]);
  });
});

describe('the slowest span', () => {
  it('is the one that took longest, the first of equals', () => {
    const [a, b, c] = [1, 5, 5].map((milliseconds, start) => {
      return { phase: 'apply', start, milliseconds } as const;
    });
    if (!a || !b || !c) throw new Error('There are three');
    expect(slowestOf([a, b, c])).toBe(b);
    expect(slowestOf([])).toBeUndefined();
  });
});
