import { isSameVif } from '@vifkit/core';
import { type Found, foundByMark } from '@vifkit/core/step-kinds';
import { hasBridgeMark, ownerIn } from './marks.js';
import type { OvsBridge, OvsInterface, OvsPort, Owner } from './state.js';

/** What shows the owner of a port. */
interface OwnedPort extends Pick<OvsPort, 'externalIds'> {
  readonly interface: Pick<OvsInterface, 'type' | 'externalIds'> | undefined;
}

/** The owner of a port, according to our mark, or to the `iface-id` of its interface, which Neutron and Nova set. */
export function whosePort(port: OwnedPort, { vifId, interfaceIds }: Owner): Found {
  const interfaceId = interfaceIdOf(port);
  const isOwn =
    interfaceId === undefined || [vifId, ...interfaceIds].some((id) => isSameVif(id, interfaceId));
  return foundByMark(ownerIn(port.externalIds) ?? (isOwn ? undefined : interfaceId), vifId);
}

/** The `iface-id` of a port. Neutron's agent also gives that of a trunk to patch ports. */
export function interfaceIdOf({ interface: iface }: OwnedPort): string | undefined {
  return iface?.type === 'patch' ? undefined : iface?.externalIds['iface-id'];
}

/** The owner of a bridge, according to our mark. A bridge without a VIF's mark is shared. */
export function whoseBridge({ externalIds }: Pick<OvsBridge, 'externalIds'>, vifId: string): Found {
  const marked = ownerIn(externalIds);
  if (marked === undefined && hasBridgeMark({ externalIds })) return { whose: 'shared' };
  return foundByMark(marked, vifId);
}
