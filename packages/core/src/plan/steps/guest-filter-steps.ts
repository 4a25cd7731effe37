/**
 * A guest that may send only as itself: with this MAC address and these IP addresses, in ARP too, without VLAN tags,
 * and no DHCP server's or IPv6 router's messages. For guests on Linux bridges.
 */
export interface GuestFilterStep {
  readonly kind: 'guestFilter';
  /** The guest's link on the host; it need not be there yet. */
  readonly name: string;
  readonly mac: string;
  /** Without any, only what is said of IP addresses does not hold. Link-local IPv6 addresses are always allowed. */
  readonly addresses: readonly string[];
}

/** A guest's link whose guest is not filtered. */
export interface GuestFilterAbsentStep {
  readonly kind: 'guestFilterAbsent';
  readonly name: string;
}
