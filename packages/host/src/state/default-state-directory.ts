import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const USUAL = '/run/vifkit';

/**
 * /run/vifkit, which all callers of a host have to share. A process that is root only in a user namespace of its own
 * (`unshare --map-root-user`) usually cannot make it. Its links are no host's, so it has a directory among the
 * temporary files, named after the user that it is outside.
 */
export function defaultStateDirectory(): string {
  const outside = uidOutside();
  if (outside === undefined || process.geteuid?.() !== 0 || isUsable(USUAL)) return USUAL;
  return join(tmpdir(), `vifkit-${outside}`);
}

/** Which user root of this user namespace is in the one around it; undefined for the root of the host. */
function uidOutside(): number | undefined {
  const [inside, outside] = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/).map(Number);
  return inside === 0 && outside !== 0 ? outside : undefined;
}

function isUsable(path: string): boolean {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found && found.uid !== 0) return false; // of the host's root, whose user id is not known here
    accessSync(found ? path : dirname(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
