import { VifError } from '../errors/vif-error.js';

/**
 * How many queues the kernel gives a tap at most: one before Linux 3.0, 8 in 3.x, 256 in 4.x, and as many as
 * the memory allows since.
 * @param kernelRelease as `uname -r` prints it
 * @throws VifError INVALID_REQUEST if it does not begin with a number
 */
export function maxTapQueues(kernelRelease: string): number {
  const major = /^\d+/.exec(kernelRelease)?.[0];
  if (major === undefined) {
    throw new VifError('INVALID_REQUEST', `kernel_release '${kernelRelease}' does not begin with a number`);
  }
  if (Number(major) <= 2) return 1;
  if (Number(major) === 3) return 8;
  if (Number(major) === 4) return 256;
  return Number.POSITIVE_INFINITY;
}
