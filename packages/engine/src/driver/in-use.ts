import { isSameVif, isVifError, VifError } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import type { ConnectionReader, HostState } from '../connection/host-state.js';
import type { Host } from '../run/host.js';
import type { Job } from '../run/job.js';

/**
 * The VIFs that guests still use, each with an error that names the user: removing what a running guest uses would cut
 * it off. If that cannot be read, a VIF counts as idle. In a phase of a live migration, a port that the network has on
 * other hosts is idle too: its guest has left, and what has it open is a hypervisor that the migration left behind.
 *
 * If this process has no file descriptors left, nothing is known, but will be soon: each VIF then has that error. Never
 * rejects.
 */
export async function findInUse(
  jobs: readonly Job[],
  { connection, migration }: Pick<Host, 'connection' | 'migration'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<Job, VifError>> {
  const ends = new Map(jobs.map((job) => [job, guestEnds(job)]));
  if (!connection) return new Map();
  try {
    return await findUsed(ends, connection, migration, signal);
  } catch (error) {
    if (!isVifError(error, 'DESCRIPTORS_EXHAUSTED')) return new Map();
    const unknown = [...ends].filter(([, own]) => own.length > 0);
    return new Map(
      unknown.map(([job]) => [
        job,
        new VifError(error.code, error.message, { vifId: job.vifId, cause: error }),
      ]),
    );
  }
}

async function findUsed(
  ends: ReadonlyMap<Job, readonly Leg[]>,
  connection: ConnectionReader,
  migration: Host['migration'],
  signal: AbortSignal,
): Promise<ReadonlyMap<Job, VifError>> {
  const legs = [...ends.values()].flat();
  if (legs.length === 0) return new Map();
  const state = await connection.read(legs, signal);
  const taps = legs.flatMap((leg) =>
    leg.kind === 'guestLink' && mayBeOpen(leg.name, state) ? leg.name : [],
  );
  const functions = legs.flatMap((leg) => (isPassedThrough(leg, state) ? leg.name : []));
  const nobody = new Map<string, string>();
  const isHeld = taps.length > 0 || functions.length > 0;
  const holders = isHeld ? await connection.holders({ taps, functions }) : nobody;
  const found = new Map<Job, VifError>();
  for (const [job, own] of ends) {
    const user = own
      .filter((leg) => !isAnothers(leg, job.vifId, state))
      .map((leg) => userOf(leg, state, holders))
      .find(Boolean);
    if (user === undefined) continue;
    const asked = job.port === undefined ? undefined : migration?.isElsewhere(job.port, signal);
    if (!(await asked?.catch(() => false))) found.set(job, inUse(job.vifId, user));
  }
  return found;
}

/** The guest's end of a VIF's path, including a tap that the plan removes. */
export function guestEnds({ legs = [], plan }: Job): Leg[] {
  const own = legs.filter(({ kind }) => ['guestLink', 'macvtap', 'function', 'socket'].includes(kind));
  const named = new Set(own.map(({ name }) => name));
  const removed = plan.flatMap((step): Leg[] => {
    if (step.kind !== 'linkAbsent' || step.type !== 'tap' || named.has(step.name)) return [];
    return [{ kind: 'guestLink', name: step.name, madeBy: 'plug' }];
  });
  return [...own, ...removed];
}

/**
 * The kernel takes a tap's carrier away as soon as no process has it open; that is visible only while the tap is up.
 */
function mayBeOpen(name: string, { links }: HostState): boolean {
  const link = links.get(name);
  return link?.type === 'tap' && !(link.up && link.carrier === false);
}

/** What carries another VIF's mark is used by that VIF's guest, and an unplug leaves it. */
function isAnothers({ kind, name }: Leg, vifId: string, { links }: HostState): boolean {
  const marked = kind === 'guestLink' ? links.get(name)?.vifId : undefined;
  return marked !== undefined && !isSameVif(marked, vifId);
}

function isPassedThrough({ kind, name }: Leg, { functions }: HostState): boolean {
  return kind === 'function' && functions.get(name)?.driver === 'vfio-pci';
}

function userOf(leg: Leg, state: HostState, holders: ReadonlyMap<string, string>): string | undefined {
  const { links, sockets } = state;
  switch (leg.kind) {
    case 'guestLink': {
      if (!mayBeOpen(leg.name, state)) return undefined;
      const isOpen = links.get(leg.name)?.carrier === true;
      const holder = holders.get(leg.name) ?? (isOpen ? 'a program' : undefined);
      return holder && `${holder} has tap ${leg.name} open`;
    }
    case 'macvtap': {
      const mac = leg.mac.toLowerCase();
      const upon = [...links.values()].find(
        ({ type, lower, address }) =>
          type.startsWith('macv') && lower === leg.name && address.toLowerCase() === mac,
      );
      return upon && `${upon.type} ${upon.name} with its MAC address is on ${leg.name}`;
    }
    case 'function': {
      // It may be bound to vfio-pci permanently; libvirt gives back only what it has taken itself, once the guest has
      // stopped.
      const holder = holders.get(leg.name);
      return holder && `${holder} has function ${leg.name} open`;
    }
    case 'socket':
      return sockets.get(leg.name) === 'connected' ? `a guest is connected to ${leg.name}` : undefined;
    default:
      return undefined;
  }
}

function inUse(vifId: string, user: string): VifError {
  const text = `VIF ${vifId} is in use: ${user}. Stop its guest or detach the card first, or force it`;
  return new VifError('VIF_IN_USE', text, { vifId });
}
