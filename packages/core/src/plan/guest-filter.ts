import { defineStepKind, type StepOf } from './define-step-kind.js';
import { ipAddress, linkName, list, macAddress } from './fields.js';

/** All filters are in one table, which is made with the first filter and removed with the last. */
const locks = () => ['filters'];

export const guestFilter = defineStepKind({
  kind: 'guestFilter',
  noun: 'filter',
  fields: {
    /** The guest's link on the host; it need not exist yet. */
    name: linkName,
    mac: macAddress,
    /**
     * The permitted IP addresses. Without any, IP addresses are not filtered. Link-local IPv6 addresses are always
     * allowed.
     */
    addresses: list(ipAddress),
  },
  intention: () => 'make',
  ownName: ({ name }) => name,
  locks,
  describe: ({ mac, addresses }) => [`MAC ${mac}`, ...addresses],
});

/**
 * A guest that may send only with this MAC address and these IP addresses, also in ARP. It may send neither VLAN tags
 * nor the messages of a DHCP server or an IPv6 router. For guests on Linux bridges.
 */
export interface GuestFilterStep extends StepOf<typeof guestFilter> {}

export const guestFilterAbsent = defineStepKind({
  kind: 'guestFilterAbsent',
  noun: 'filter',
  fields: { name: linkName },
  intention: () => 'remove',
  ownName: ({ name }) => name,
  locks,
  describe: () => ['to be absent'],
});

/** A guest's link that must have no filter. */
export interface GuestFilterAbsentStep extends StepOf<typeof guestFilterAbsent> {}
