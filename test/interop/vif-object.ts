import { fileURLToPath } from 'node:url';
import type { Primitive, VersionManifest } from '@vifkit/core/os-vif';
import { execa } from 'execa';

/** The command as `npm run setup` leaves it. */
const program = fileURLToPath(new URL('../../node_modules/.bin/vif', import.meta.url));

/** What the command says to a line that it refuses. */
interface Refusable {
  readonly id?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/** What `vif object` says to a line. */
interface ObjectLine extends Refusable {
  readonly object?: Primitive;
}

/** Runs `vif` with lines as its input, and reads those that it writes. */
export async function vifLines<T extends Refusable>(
  args: readonly string[],
  lines: readonly unknown[],
): Promise<T[]> {
  const input = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const { stdout } = await execa(program, [...args, '--format', 'json'], { input, reject: false });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Runs `vif object`, with further options. */
export function vifObject(
  lines: readonly unknown[],
  manifest?: VersionManifest,
  ...options: readonly string[]
): Promise<ObjectLine[]> {
  const versions = manifest ? ['--manifest', JSON.stringify(manifest)] : [];
  return vifLines(['object', ...versions, ...options], lines);
}

/** The objects that it writes; the first error, if there is one, is thrown. */
export async function objectsOf(lines: readonly unknown[], manifest?: VersionManifest): Promise<Primitive[]> {
  const answers = await vifObject(lines, manifest);
  return answers.map(({ object, error }, i) => {
    if (object) return object;
    throw new Error(`${error?.code}: ${error?.message}, of ${JSON.stringify(lines[i])}`);
  });
}
