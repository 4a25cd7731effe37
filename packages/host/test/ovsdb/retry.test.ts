import { VifError } from '@vifkit/core';
import { Deadline } from '@vifkit/engine/time';
import { expect, it } from 'vitest';
import { AwayError, LostError, OvsdbOperationError, UnsentError } from '../../src/ovsdb/errors.js';
import { retry } from '../../src/ovsdb/retry.js';

const away = new AwayError(new VifError('OVSDB_UNREACHABLE', 'No OVSDB server listens'));
const unsent = new UnsentError('OVSDB_UNREACHABLE', 'It is gone');
const lost = new LostError('OVSDB_UNREACHABLE', 'It is gone');
const overtaken = new OvsdbOperationError('Refused', { error: 'timed out' });
const refused = new OvsdbOperationError('Refused', { error: 'constraint violation' });
const final = new VifError('OVSDB_PROTOCOL', 'Garbage');

const soon = () => new Deadline(10_000).signal;

/** Fails with these errors, one after the other, and then goes well; answers how often it was called. */
async function attemptsWith(kind: 'read' | 'write' | 'compose', ...errors: VifError[]) {
  const left = [...errors];
  let calls = 0;
  const outcome = await retry(kind, soon(), async (failed) => {
    calls++;
    const error = left.shift();
    if (error) throw error;
    return failed;
  }).catch((error: VifError) => error);
  return { calls, outcome };
}

it.each([
  ['read', 'unsent', unsent],
  ['read', 'lost', lost],
  ['write', 'unsent', unsent],
  ['compose', 'lost', lost],
  ['compose', 'overtaken', overtaken],
] as const)('a call that is to %s is made again when it was %s', async (kind, _, error) => {
  expect(await attemptsWith(kind, error)).toEqual({ calls: 2, outcome: 1 });
});

it.each([
  ['write', 'lost', lost],
  ['write', 'overtaken', overtaken],
  ['read', 'refused', refused],
  ['compose', 'refused', refused],
  ['compose', 'answered with garbage', final],
] as const)('a call that is to %s fails when it was %s', async (kind, _, error) => {
  expect(await attemptsWith(kind, error)).toEqual({ calls: 1, outcome: error });
});

it('five attempts fail at most, except for those at which the server was away', async () => {
  expect(await attemptsWith('read', ...Array(9).fill(lost))).toEqual({ calls: 5, outcome: lost });
  const restart = [lost, away, away, lost, away, lost];
  expect(await attemptsWith('read', ...restart)).toEqual({ calls: 7, outcome: 3 });
});

it('a server that stays away is waited for until the deadline, and the error says why it is', async () => {
  const waiting = retry('write', new Deadline(60).signal, () => Promise.reject(away));
  await expect(waiting).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: expect.stringContaining('to come back. No OVSDB server listens'),
  });
});
