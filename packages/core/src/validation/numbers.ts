/** The least MTU is IPv4's (RFC 791); the greatest is what the kernel takes for a link. Bytes. */
export const mtuRange = { min: 68, max: 65_535 } as const;

/** 12 bits. 0 is "no VLAN" to many, 4095 is reserved; whoever sets one decides. */
export const vlanRange = { min: 0, max: 4095 } as const;

export function isIntegerIn(value: unknown, range: { readonly min: number; readonly max: number }): boolean {
  return Number.isInteger(value) && Number(value) >= range.min && Number(value) <= range.max;
}

export function isMtu(value: unknown): value is number {
  return isIntegerIn(value, mtuRange);
}

export function isVlanId(value: unknown): value is number {
  return isIntegerIn(value, vlanRange);
}
