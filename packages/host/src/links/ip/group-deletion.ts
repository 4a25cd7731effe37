import type { VifError } from '@vifkit/core';
import { linkOutcome } from '../link-outcome.js';
import type { Placed } from './phases.js';

/** Runs lines of `ip -batch`, and answers what `ip` said to each that failed; some are expected to fail. */
type RunLines = (lines: readonly string[], mayFail?: boolean) => Promise<readonly (string | undefined)[]>;

/**
 * Deletes links as one group. The kernel waits for its readers once for a whole group, and several times for
 * each link that is deleted by itself: a veth pair takes it half a millisecond then instead of sixteen, a bridge
 * seventeen instead of forty.
 *
 * The group's number is drawn anew each time: nothing else is in it. What is there still is deleted one by one: the
 * kernel refuses a group for the sake of a single member that cannot be deleted, and an `ip` whose caller was killed
 * may have put a member into a group of its own since.
 */
export async function deleteLinks(
  deletions: readonly Placed[],
  outcomes: (VifError | undefined)[],
  run: RunLines,
): Promise<void> {
  const members = deletions.length > 1 ? await joinGroup(deletions, outcomes, run) : deletions;
  if (members.length === 0) return;
  const complaints = await run(members.map(({ operation: { name } }) => `link delete dev ${name}`));
  for (const [i, { index, operation }] of members.entries()) {
    outcomes[index] = linkOutcome(operation, complaints[i]);
  }
}

/** Deletes what it can as a group, and answers with what is left to be deleted. */
async function joinGroup(
  deletions: readonly Placed[],
  outcomes: (VifError | undefined)[],
  run: RunLines,
): Promise<readonly Placed[]> {
  const group = 2 ** 16 + Math.floor(Math.random() * (2 ** 31 - 2 ** 16));
  const joining = deletions.map(({ operation: { name } }) => `link set dev ${name} group ${group}`);
  const complaints = [...(await run([...joining, `link delete group ${group}`]))];
  complaints.pop(); // why not all of the group is gone, each member will tell
  const members: Placed[] = [];
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
