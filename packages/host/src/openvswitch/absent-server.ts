import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isVifError } from '@vifkit/core';
import { codeOf } from '../error-code.js';

/**
 * Whether an error tells of a host without Open vSwitch, and not of one whose server is down: there is not even the
 * folder for its socket, which is made at its first start. A server that went away leaves no error of the kernel's.
 */
export async function tellsOfNoSwitch(error: unknown): Promise<boolean> {
  if (!isVifError(error, 'OVSDB_UNREACHABLE') || codeOf(error.cause) !== 'ENOENT') return false;
  const address = addressOf(error.cause);
  if (address === undefined) return false;
  return access(dirname(address)).then(
    () => false,
    () => true,
  );
}

/** The path of the socket that could not be connected to; an error of a name that is not known (`tcp:`) has none. */
function addressOf(error: unknown): string | undefined {
  if (!(error instanceof Error && 'address' in error)) return undefined;
  return typeof error.address === 'string' ? error.address : undefined;
}
