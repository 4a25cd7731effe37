import { access, constants } from 'node:fs/promises';
import { codeOf } from '../kernel/error-code.js';
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
    const isDenied = ['EACCES', 'EPERM'].includes(codeOf(error) ?? '');
    if (!isDenied) return { problem: `There is no ${name}`, remedy: `it comes from ${from}` };
    return {
      problem: `This user may not open ${name}`,
      remedy: 'let this user open it, by its group or mode, or run as root',
    };
  }
};
