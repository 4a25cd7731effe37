import type { VifError } from '@vifkit/core';
import { linkOutcome } from '../link-outcome.js';
import type { IndexedOperation } from './phases.js';

/** Runs lines of `ip -batch`. Returns the error message for each that failed; some are expected to fail. */
type RunLines = (lines: readonly string[], mayFail?: boolean) => Promise<readonly (string | undefined)[]>;

/**
 * Deletes links as one group. The kernel waits for its readers once for a whole group, but several times for each link
 * that is deleted on its own: in a group, a veth pair takes half a millisecond instead of 16, a bridge 17 instead of
 * 40.
 *
 * The group has a new random number each time, so nothing else is in it. What still exists afterwards is deleted one by
 * one: the kernel refuses to delete a group if a single member cannot be deleted, and an `ip` process whose caller was
 * killed may have moved a member to its own group.
 */
export async function deleteLinks(
  deletions: readonly IndexedOperation[],
  outcomes: (VifError | undefined)[],
  run: RunLines,
): Promise<void> {
  const members = deletions.length > 1 ? await joinGroup(deletions, outcomes, run) : deletions;
  if (members.length === 0) return;
  const complaints = await run(members.map(({ operation: { name } }) => `link delete dev ${name}`));
  for (const [i, { index, operation }] of members.entries()) {
    outcomes[index] = linkOutcome(operation, complaints[i]);
  }
  const left = members.filter(({ index }) => outcomes[index]);
  const back = left.map(({ operation }) => {
    const { group = 'default' } = operation.op === 'delete' ? operation : {};
    return `link set dev ${operation.name} group ${group}`;
  });
  if (back.length > 0) await run(back, true);
}

/** Deletes what it can as a group. Returns what is left to be deleted. */
async function joinGroup(
  deletions: readonly IndexedOperation[],
  outcomes: (VifError | undefined)[],
  run: RunLines,
): Promise<readonly IndexedOperation[]> {
  const group = 2 ** 16 + Math.floor(Math.random() * (2 ** 31 - 2 ** 16));
  const joining = deletions.map(({ operation: { name } }) => `link set dev ${name} group ${group}`);
  const complaints = [...(await run([...joining, `link delete group ${group}`]))];
  complaints.pop(); // each member that still exists will report why
  const members: IndexedOperation[] = [];
  for (const [i, placed] of deletions.entries()) {
    const complaint = complaints[i];
    if (complaint === undefined) members.push(placed);
    else outcomes[placed.index] = linkOutcome(placed.operation, complaint);
  }
  const absences = await run(
    members.map(({ operation: { name } }) => `link show dev ${name}`),
    true,
  );
  return members.filter((_, i) => absences[i] === undefined);
}
