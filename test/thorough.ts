/**
 * With VIFKIT_THOROUGH=1 all rows of long tables are tried (faults, broken paths, forms, guests), and all random inputs.
 * Otherwise a part of them is, always the same one, so that all tests take minutes.
 */
export const isThorough = Boolean(process.env.VIFKIT_THOROUGH);

/** How many random inputs, or repetitions, there are. */
export const rounds = (usual: number, thorough: number): number => (isThorough ? thorough : usual);

/** Of a list, one in so many; all of it when the tests are thorough. */
export function sampled<T>(all: readonly T[], oneIn: number): readonly T[] {
  return isThorough ? all : all.filter((_, i) => i % oneIn === 0);
}
