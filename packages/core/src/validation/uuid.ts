const pattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Hex digits in groups of 8-4-4-4-12. Version and variant are free: OpenStack's ids need not have them. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}

/** As Python's uuid.UUID reads them: hyphens may be missing, and a URN's prefix or braces may be there. */
export const wireUuidPattern = '^(urn:uuid:)?\\{?[0-9A-Fa-f]{8}(-?[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}\\}?$';

const wirePattern = new RegExp(wireUuidPattern);

export function isWireUuid(value: unknown): value is string {
  return typeof value === 'string' && wirePattern.test(value);
}

/** Whether two ids are one VIF's: UUIDs may be written in either case. */
export function isSameVif(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
