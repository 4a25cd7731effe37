import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isBuiltIn } from './kernel-config.js';
import type { Check, ExaminedHost } from './lack.js';

export const checkModule: Check = async ({ name, from }, host) => {
  if (await hasModule(name, host)) return undefined;
  return {
    problem: `The kernel module ${name} is neither loaded nor installed`,
    remedy: `try \`modprobe ${name}\`, or install it for this kernel: it comes from ${from}`,
  };
};

/** It is enough that a module is installed: the kernel, or libvirt, loads it when it is needed. */
export async function hasModule(
  name: string,
  { sysfsRoot, procRoot, modules }: ExaminedHost,
): Promise<boolean> {
  const wanted = canonical(name);
  if (existsSync(join(sysfsRoot, 'module', wanted))) return true;
  const loaded = await firstWords(join(procRoot, 'modules'), ' ');
  const installed = await Promise.all(
    ['modules.builtin', 'modules.dep'].map((file) => firstWords(join(modules, file), ':')),
  );
  const files = installed.flat().map((path) => basename(path).replace(/\.ko(\.\w+)?$/, ''));
  if ([...loaded, ...files].some((each) => canonical(each) === wanted)) return true;
  return isBuiltIn(name, procRoot);
}

/** The kernel writes `-` as `_` in module names; their files use either. */
function canonical(name: string): string {
  return name.replaceAll('-', '_');
}

/** The part of each line of a file before a separator; empty if it cannot be read. */
async function firstWords(file: string, separator: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => line.trim().split(separator, 1));
}
