import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isVifError } from '@vifkit/core';

/**
 * Whether an error tells of a host without Open vSwitch, and not of one whose server is down: there is not even the
 * folder for its socket, which is made at its first start.
 */
export async function tellsOfNoSwitch(error: unknown): Promise<boolean> {
  if (!isVifError(error, 'OVSDB_UNREACHABLE')) return false;
  const { code, address } = error.cause as NodeJS.ErrnoException & { readonly address?: string };
  if (code !== 'ENOENT' || address === undefined) return false;
  return access(dirname(address)).then(
    () => false,
    () => true,
  );
}
