import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Primitive, VersionManifest } from '@vifkit/core/os-vif';

const script = fileURLToPath(new URL('./os_vif_peer.py', import.meta.url));

/** Debian's python3-os-vif. It is installed for the system's Python, whichever other one is on PATH. */
export const osVif = {
  /** The version of each class. */
  versions: (): Record<string, string> => ask({ op: 'versions' }),
  /** The manifest that os-vif sends for classes: their versions, and those of what their fields are declared as. */
  manifest: (names: readonly string[]): VersionManifest => ask({ op: 'manifest', names }),
  /** So many objects of each class, of random values. */
  make: (seed: number, each: number): Primitive[] => ask({ op: 'make', seed, each }),
  /** Reads objects, and writes them. */
  echo: (objects: readonly Primitive[]): Primitive[] => ask({ op: 'echo', objects }),
  /** Reads the two objects of each pair, and compares them. */
  equal: (pairs: readonly (readonly [Primitive, Primitive | undefined])[]): boolean[] =>
    ask({ op: 'equal', pairs }),
  /** Writes objects for a peer that has an older version of one class. */
  older: (objects: readonly Primitive[], name: string, version: string): Primitive[] =>
    ask({ op: 'older', objects, name, version }),
};

function ask<T>(request: object): T {
  const input = JSON.stringify(request);
  const maxBuffer = 256 * 1024 * 1024;
  return JSON.parse(execFileSync('/usr/bin/python3', [script], { input, encoding: 'utf8', maxBuffer }));
}
