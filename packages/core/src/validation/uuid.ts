const pattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Hex digits in groups of 8-4-4-4-12. Version and variant are free: OpenStack's ids need not have them. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}
