import { VifError } from '@vifkit/core';
import type { Owned } from '@vifkit/core/step-kinds';
import { expect, it } from 'vitest';
import { findOwned } from '../../src/run/inspect.js';
import { Deadline } from '../../src/time/deadline.js';
import { FakeRunner } from './support/fake-runner.js';

const owned: Owned = {
  vifId: 'a',
  step: { kind: 'linkAbsent', name: 'tap0', type: 'tap', own: false },
};
const damaged = new VifError('JOURNAL_INVALID', 'Damaged');
const finding = (find: (signal: AbortSignal) => Promise<readonly (Owned | VifError)[]>) =>
  Object.assign(new FakeRunner(['link']), { findOwned: find });
const soon = () => new Deadline(10_000).signal;

it('finds what runners know of, and reports what cannot be looked for beside it', async () => {
  const runners = [
    finding(async () => [owned, damaged]),
    new FakeRunner(['ovsPort']), // one that marks nothing
    finding(async () => {
      throw new Error('No server');
    }),
  ];
  const { owned: found, failures } = await findOwned(runners, soon());
  expect(found).toEqual([owned]);
  expect(failures).toMatchObject([
    damaged,
    { code: 'CHECK_FAILED', message: expect.stringMatching(/No server/) },
  ]);
});

it('waits for none that hangs any longer than the signal says', async () => {
  const hanging = finding(() => new Promise(() => {}));
  const { owned: found, failures } = await findOwned(
    [hanging, finding(async () => [owned])],
    new Deadline(20).signal,
  );
  expect({ found, codes: failures.map(({ code }) => code) }).toEqual({ found: [owned], codes: ['TIMEOUT'] });
});
