import { access, constants, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { checkAddressPolicy } from './check-address-policy.js';
import { checkBridgeNetfilter } from './check-bridge-netfilter.js';
import type { Check } from './lack.js';

export const checkProgram: Check = async ({ name, from }, host) => {
  const { path, procRoot } = host;
  const found = await Promise.all(path.map((folder) => isProgram(join(folder, name))));
  if (found.includes(true)) {
    const first = path[found.indexOf(true)] ?? '';
    if (name === 'ip' && (await isBusyBox(join(first, name)))) {
      return { problem: "The program 'ip' is BusyBox's, which prints no JSON", remedy: 'install iproute2' };
    }
    if (name === 'ip') return checkAddressPolicy(host);
    // Filtering guests on Linux bridges needs it.
    return name === 'nft' ? checkBridgeNetfilter(procRoot) : undefined;
  }
  return { problem: `There is no program '${name}' on PATH`, remedy: `install it: it comes from ${from}` };
};

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile(); // a folder may be executed, too
  } catch {
    return false;
  }
}

async function isBusyBox(file: string): Promise<boolean> {
  return basename(await realpath(file)).startsWith('busybox');
}
