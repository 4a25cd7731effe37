import type { Plan } from '@vifkit/core';
import type { Leg } from '@vifkit/core/connection';
import { guestLinkPath, hybridLinks, noHybridLinks, vethNames } from '@vifkit/core/steps';
import { addPort, deletePort, vendor } from './ivs-port.js';

/** guest's tap ── hybrid bridge ── veth pair ── Indigo Virtual Switch. The tap is the hypervisor's to make. */
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
