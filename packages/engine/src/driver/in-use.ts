import { VifError } from '@vifkit/core';
import type { Leg } from '@vifkit/core/internal';
import type { ConnectionReader, HostState } from '../connection/host-state.js';
import type { Job } from '../run/job.js';

/**
 * The VIFs whose guests still use them, with the error that says by whom: removing what a running guest has would cut it
 * off. What cannot be told is taken for idle.
 */
export async function findInUse(
  jobs: readonly Job[],
  reader: ConnectionReader | undefined,
  signal: AbortSignal,
): Promise<ReadonlyMap<Job, VifError>> {
  const ends = new Map(jobs.map((job) => [job, guestEnds(job)]));
  const legs = [...ends.values()].flat();
  if (!reader || legs.length === 0) return new Map();
  const state = await reader.read(legs, signal).catch(() => undefined);
  if (!state) return new Map();
  const taps = legs.flatMap((leg) => (isTap(leg, state) ? [leg.name] : []));
  const functions = legs.flatMap((leg) => (isPassedThrough(leg, state) ? [leg.name] : []));
  const nobody = new Map<string, string>();
  const isHeld = taps.length > 0 || functions.length > 0;
  const holders = isHeld ? await reader.holders({ taps, functions }) : nobody;
  return new Map(
    [...ends].flatMap(([job, own]) => {
      const user = own.map((leg) => userOf(leg, state, holders)).find(Boolean);
      return user === undefined ? [] : [[job, inUse(job.vifId, user)] as const];
    }),
  );
}

/** What a guest holds of its VIF's way; a tap that the plan removes, too. */
function guestEnds({ legs = [], plan }: Job): Leg[] {
  const own = legs.filter(({ kind }) => ['guestLink', 'macvtap', 'function', 'socket'].includes(kind));
  const named = new Set(own.map(({ name }) => name));
  const removed = plan.flatMap((step): Leg[] => {
    if (step.kind !== 'linkAbsent' || step.type !== 'tap' || named.has(step.name)) return [];
    return [{ kind: 'guestLink', name: step.name, madeBy: 'plug' }];
  });
  return [...own, ...removed];
}

function isTap({ kind, name }: Leg, { links }: HostState): boolean {
  return kind === 'guestLink' && links.get(name)?.type === 'tap';
}

function isPassedThrough({ kind, name }: Leg, { functions }: HostState): boolean {
  return kind === 'function' && functions.get(name)?.driver === 'vfio-pci';
}

function userOf(leg: Leg, state: HostState, holders: ReadonlyMap<string, string>): string | undefined {
  const { links, sockets } = state;
  switch (leg.kind) {
    case 'guestLink': {
      const link = links.get(leg.name);
      if (link?.type !== 'tap') return undefined;
      const holder = holders.get(leg.name) ?? (link.carrier === true ? 'a program' : undefined);
      return holder && `${holder} has tap ${leg.name} open`;
    }
    case 'macvtap': {
      const mac = leg.mac.toLowerCase();
      const upon = [...links.values()].find(
        ({ type, lower, address }) =>
          type.startsWith('macv') && lower === leg.name && address.toLowerCase() === mac,
      );
      return upon && `${upon.type} ${upon.name} with its MAC address lies upon ${leg.name}`;
    }
    case 'function': {
      // Bound to vfio-pci it may be for good; libvirt gives back what it has taken once the guest has stopped.
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
