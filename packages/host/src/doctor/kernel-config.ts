import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Whether a module is built into the kernel, according to the kernel's configuration: a kernel without modules lists
 * them nowhere else. The option's name ends in the module's name (CONFIG_VLAN_8021Q).
 */
export async function isBuiltIn(module: string, procRoot: string): Promise<boolean> {
  const config = await readConfig(join(procRoot, 'config.gz'));
  return new RegExp(`^CONFIG_(\\w+_)?${module.replaceAll('-', '_').toUpperCase()}=y$`, 'm').test(config);
}

/** The configuration; empty if the kernel does not provide it (CONFIG_IKCONFIG_PROC). */
async function readConfig(file: string): Promise<string> {
  try {
    const { gunzip } = await import('node:zlib');
    return (await promisify(gunzip)(await readFile(file))).toString();
  } catch {
    return '';
  }
}
