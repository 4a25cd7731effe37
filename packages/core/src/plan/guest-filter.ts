import { defineStepKind, type StepOf } from './define-step-kind.js';
import { ipAddress, linkName, list, macAddress } from './fields.js';

/** All filters are in one table, which comes with the first of them and goes with the last. */
const locks = () => ['filters'];

export const guestFilter = defineStepKind({
  kind: 'guestFilter',
  noun: 'filter',
  fields: {
    /** The guest's link on the host; it need not be there yet. */
    name: linkName,
    mac: macAddress,
    /** Without any, only what is said of IP addresses does not hold. Link-local IPv6 addresses are always allowed. */
    addresses: list(ipAddress),
  },
  intention: () => 'make',
  locks,
  describe: ({ mac, addresses }) => [`MAC ${mac}`, ...addresses],
});

/**
 * A guest that may send only as itself: with this MAC address and these IP addresses, in ARP too, without VLAN tags,
 * and no DHCP server's or IPv6 router's messages. For guests on Linux bridges.
 */
export interface GuestFilterStep extends StepOf<typeof guestFilter> {}

export const guestFilterAbsent = defineStepKind({
  kind: 'guestFilterAbsent',
  noun: 'filter',
  fields: { name: linkName },
  intention: () => 'remove',
  locks,
  describe: () => ['to be absent'],
});

/** A guest's link whose guest is not filtered. */
export interface GuestFilterAbsentStep extends StepOf<typeof guestFilterAbsent> {}
