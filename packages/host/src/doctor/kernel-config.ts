import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Whether a module is part of the kernel itself, as the kernel's own account of its configuration has it: a
 * kernel without any modules lists them nowhere else. The option's name ends in the module's
 * (CONFIG_VLAN_8021Q).
 */
export async function isBuiltIn(module: string, procRoot: string): Promise<boolean> {
  const config = await readConfig(join(procRoot, 'config.gz'));
  return new RegExp(`^CONFIG_(\\w+_)?${module.replaceAll('-', '_').toUpperCase()}=y$`, 'm').test(config);
}

/** Nothing where the kernel does not tell (CONFIG_IKCONFIG_PROC). */
async function readConfig(file: string): Promise<string> {
  try {
    const { gunzip } = await import('node:zlib');
    return (await promisify(gunzip)(await readFile(file))).toString();
  } catch {
    return '';
  }
}
