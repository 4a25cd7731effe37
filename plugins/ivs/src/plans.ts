import type { Plan, PlanContext, Requirement } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import {
  boundTap,
  guestLinkPath,
  hybridLinks,
  noBoundTap,
  noHybridLinks,
  tapNeeds,
  vethNames,
} from '@vifkit/core/steps';

/** Where `ivs-ctl` comes from. */
const vendor = "Big Switch Networks' Indigo Virtual Switch";

export const needs: readonly Requirement[] = [
  ...tapNeeds,
  { kind: 'program', name: 'ivs-ctl', from: vendor },
];

function addPort(link: string): string[] {
  return ['ivs-ctl', 'add-port', link];
}

function deletePort(link: string): string[] {
  return ['ivs-ctl', 'del-port', link];
}

/** guest's tap ── Indigo Virtual Switch. */
export function directPlug(name: string, { tap: { multiQueue } }: PlanContext): Plan {
  return boundTap({ name, multiQueue, bind: addPort(name), unbind: deletePort(name), vendor });
}

export function directUnplug(name: string): Plan {
  return noBoundTap({ name, unbind: deletePort(name), vendor });
}

/** guest's tap ── hybrid bridge ── veth pair ── Indigo Virtual Switch. The hypervisor makes the tap. */
export function hybridPlug(links: Parameters<typeof hybridLinks>[0]): Plan {
  const [, name] = vethNames(links.vifId);
  return [
    ...hybridLinks(links),
    { kind: 'command', argv: addPort(name), undo: deletePort(name), whenCreated: name, vendor },
  ];
}

/** The legs from the guest to the hybrid bridge. */
export function hybridPath(
  vifId: string,
  bridge: string,
  tap: string | undefined,
  mtu: number | undefined,
): Leg[] {
  const [partner] = vethNames(vifId);
  return tap === undefined ? [] : guestLinkPath(bridge, tap, { mtu, partner });
}

export function hybridUnplug(links: Parameters<typeof noHybridLinks>[0]): Plan {
  const [, name] = vethNames(links.vifId);
  return [{ kind: 'command', argv: deletePort(name), vendor }, ...noHybridLinks(links)];
}
