import { closestMatch } from 'leven';

/** The known name that was probably meant. Half of a name may be mistyped: any short word is near to some name. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const maxDistance = Math.min(6, Math.floor(name.length / 2));
  return name.length < 60 && maxDistance > 0 ? closestMatch(name, known, { maxDistance }) : undefined;
}
