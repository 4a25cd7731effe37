import type { Leg, LegKind } from '../connection/legs.js';
import { VifError } from '../errors/vif-error.js';
import { checkedCopy, readItems } from './copy.js';
import {
  type Field,
  type Fields,
  flag,
  linkName,
  list,
  macAddress,
  mtu,
  oneOf,
  optional,
  pciAddress,
  tagged,
  text,
  vlanId,
} from './fields.js';

const maker = oneOf('plug', 'hypervisor');
const size = { mtu: optional(mtu) };
const mac = optional(macAddress);

const leg: Field<Leg> = tagged('kind', {
  guestLink: { name: linkName, madeBy: maker, types: optional(list(text)), ...size, mac },
  macvtap: { name: linkName, mac: macAddress, mode: optional(text), ...size },
  socket: { name: text, server: oneOf('guest', 'switch'), port: optional(text) },
  function: { name: pciAddress, mac, vlan: optional(vlanId) },
  bridge: { name: linkName, ...size, awaited: optional(text), mac },
  bridgeMember: {
    name: linkName,
    bridge: linkName,
    madeBy: optional(maker),
    partner: optional(linkName),
    ...size,
    isolated: optional(flag),
    mac,
  },
  veth: { name: linkName, peer: linkName, ...size },
  checksum: { name: linkName, bridge: linkName },
  uplink: { name: linkName, ...size, followsGuest: optional(flag) },
  vlan: { name: linkName, below: linkName, id: vlanId, ...size },
  guestFilter: { name: linkName },
  vswitchd: { name: oneOf('ovs-vswitchd') },
  ovsBridge: { name: linkName },
  ovsPort: {
    name: text,
    bridge: linkName,
    madeBy: maker,
    linkBy: maker,
    type: text,
    interfaceId: optional(text),
    mac,
    peer: optional(text),
    isolated: optional(flag),
    tag: optional(vlanId),
    protected: optional(flag),
  },
  ovnBinding: { name: text, bridge: linkName, port: text },
} satisfies Record<LegKind, Fields>);

/**
 * Checks what a plugin's `path` returned.
 * @returns a copy that the plugin can no longer change
 * @throws VifError INVALID_PLAN, naming the plugin, the leg and what is wrong with it
 */
export function validatePath(path: unknown, owner: string, vifId: string): readonly Leg[] {
  const refusal = (what: string) =>
    new VifError('INVALID_PLAN', `The ${owner} returned a bad path: ${what}`, { vifId });
  return readItems(path, 'legs', refusal).map((given, i) => {
    const { copy, wrong } = checkedCopy(given, (copy) => leg.check(copy, ''));
    if (wrong.length > 0) throw refusal(`leg ${i} ${wrong.join(', ')}`);
    return copy as Leg;
  });
}
