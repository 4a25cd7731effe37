import { access, constants } from 'node:fs/promises';
import type { Check } from './lack.js';

/**
 * Does not open the device: for /dev/net/tun the kernel would then load a module. A root helper makes no difference: it
 * provides a capability, not another user.
 */
export const checkDevice: Check = async ({ name, from }) => {
  try {
    await access(name, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    if (!isDenied(error)) return { problem: `There is no ${name}`, remedy: `it comes from ${from}` };
    return {
      problem: `This user may not open ${name}`,
      remedy: 'let this user open it, by its group or mode, or run as root',
    };
  }
};

function isDenied(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
}
