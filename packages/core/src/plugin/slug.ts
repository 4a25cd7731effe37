/** A VIF type as the legacy path spells it: `802.1qbg` becomes `802qbg`, and all others stay. */
export function slugOf(type: string): string {
  return type.replaceAll('2.1q', '2q');
}
