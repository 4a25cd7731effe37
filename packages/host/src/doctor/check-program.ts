import { access, constants, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { checkAddressPolicy } from './check-address-policy.js';
import type { Check } from './lack.js';

export const checkProgram: Check = async ({ name, from }, host) => {
  const { path } = host;
  const found = await Promise.all(path.map((folder) => isProgram(join(folder, name))));
  if (found.includes(true)) {
    const first = path[found.indexOf(true)] ?? '';
    if (name === 'ip' && (await isBusyBox(join(first, name)))) {
      return { problem: "The program 'ip' is BusyBox's, which prints no JSON", remedy: 'install iproute2' };
    }
    return name === 'ip' ? checkAddressPolicy(host) : undefined;
  }
  return { problem: `There is no program '${name}' on PATH`, remedy: `install it: it comes from ${from}` };
};

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile(); // a folder may be executable too
  } catch {
    return false;
  }
}

async function isBusyBox(file: string): Promise<boolean> {
  return basename(await realpath(file)).startsWith('busybox');
}
