import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  type Stats,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { VifError } from '@vifkit/core';
import { codeOf } from '../kernel/error-code.js';

const USUAL = '/run/vifkit';

/**
 * /run/vifkit, which all callers on a host must share. A process that is root only in its own user namespace
 * (`unshare --map-root-user`) usually cannot make it. The links of such a process do not belong to the host, so it has
 * a directory below the one for temporary files, named after the user that it is outside of the namespace.
 */
export function defaultStateDirectory(): string {
  const outside = uidOutside();
  if (outside === undefined || process.geteuid?.() !== 0 || isUsable(USUAL)) return USUAL;
  return join(tmpdir(), `vifkit-${outside}`);
}

/** The user that root of this user namespace is in the parent namespace; undefined for the root of the host. */
function uidOutside(): number | undefined {
  const [inside, outside] = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/).map(Number);
  return inside === 0 && outside !== 0 ? outside : undefined;
}

function isUsable(path: string): boolean {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found && found.uid !== 0) return false; // owned by the host's root, whose user id is unknown here
    accessSync(found ? path : dirname(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * A directory whose contents can be trusted: only root, this process's user and, if it is shared, its group can change
 * its contents, or replace it with another directory.
 */
export interface StateDirectory {
  /** Absolute, and without symbolic links. */
  readonly path: string;
  /** The group that shares it: it is group-writable and has the set-group-ID bit, so that files get its group. */
  readonly sharedBy: number | undefined;
  /** The state of the directory when it was checked. */
  readonly stats: Stats;
}

/** Whether it is still the directory that was checked. Only trusted users could have replaced it. */
export function isStill({ path, stats }: StateDirectory): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  const kept = ['dev', 'ino', 'mode', 'uid', 'gid'] as const;
  return found !== undefined && kept.every((key) => found[key] === stats[key]);
}

/** The permissions of a file in the directory. */
export function fileModeIn({ sharedBy }: StateDirectory): number {
  return sharedBy === undefined ? 0o600 : 0o660;
}

/**
 * Makes the directory and its parents, with mode 0700, if they are missing, and checks the directory.
 *
 * @throws VifError STATE_DIRECTORY_UNSAFE if another user could change its contents, STATE_DIRECTORY_FAILED if it
 *   cannot be made or entered
 */
export async function openStateDirectory(path: string): Promise<StateDirectory> {
  return judged(path, reach(path, makeDirectory), constants.W_OK | constants.X_OK);
}

/**
 * Checks the directory; undefined if it is missing.
 *
 * @throws VifError as {@link openStateDirectory}
 */
export async function findStateDirectory(path: string): Promise<StateDirectory | undefined> {
  const found = reach(path);
  return found && judged(path, found, constants.R_OK | constants.X_OK);
}

/**
 * Makes a directory of this name in the state directory if it is missing, for the same users, and checks it.
 *
 * @throws VifError as {@link openStateDirectory}
 */
export async function openSubdirectory(parent: StateDirectory, name: string): Promise<StateDirectory> {
  const path = join(parent.path, name);
  const found = look(path) ?? makeShared(parent, path);
  return judged(path, { path, stats: found }, constants.W_OK | constants.X_OK, parent);
}

/**
 * Why something in the directory cannot be trusted; undefined if it can. Use the `fstat` of the opened file, or
 * `lstat`: never the target of a symbolic link.
 */
export function flawOf(stats: Stats, { sharedBy }: StateDirectory): string | undefined {
  const ofGroup = sharedBy !== undefined && stats.gid === sharedBy;
  if (!ofGroup && !isTrusted(stats.uid)) return ownedByOther(stats);
  if (stats.mode & 0o002) return `can be written by every user (mode ${modeOf(stats)})`;
  if (stats.mode & 0o020 && !ofGroup) return `can be written by group ${stats.gid} (mode ${modeOf(stats)})`;
  return undefined;
}

const another = 'remove it, or use another state directory (stateDir, --state-dir)';

interface Found {
  readonly path: string;
  readonly stats: Stats;
}

function judged(
  asked: string,
  { path, stats }: Found,
  rights: number,
  parent?: StateDirectory,
): StateDirectory {
  if (stats.isSymbolicLink()) throw unsafe(asked, 'is a symbolic link; give the directory itself');
  if (!stats.isDirectory())
    throw new VifError('STATE_DIRECTORY_FAILED', `${asked} is not a directory: ${another}`);
  const ofGroup = parent?.sharedBy !== undefined && parent.sharedBy === stats.gid;
  if (!ofGroup && !isTrusted(stats.uid)) throw unsafe(asked, ownedByOther(stats));
  // A sticky bit does not help: any user could still add files.
  if (stats.mode & 0o002) throw unsafe(asked, `can be written by every user; run chmod o-w ${asked}`);
  try {
    accessSync(path, rights);
  } catch (error) {
    throw failed(error, `Cannot enter ${asked}`, asked);
  }
  const isShared = (stats.mode & 0o2020) === 0o2020;
  return { path, sharedBy: isShared ? stats.gid : undefined, stats };
}

/** The same limit as the kernel's. */
const MAX_LINKS = 40;

/**
 * Follows a path from the root directory, component by component, as the kernel does, and checks each parent (like
 * sshd's StrictModes): whoever can write to a parent can replace anything in it. In a parent with the sticky bit
 * (/tmp), only the owners of its entries can.
 */
function reach(path: string): Found | undefined;
function reach(path: string, make: (path: string) => void): Found;
function reach(path: string, make?: (path: string) => void): Found | undefined {
  const asked = resolve(path);
  let found: Found = { path: '/', stats: lstatSync('/') };
  // If the owner of / is not root, this is a user namespace without the host's root: the host root's files appear to
  // belong to that owner.
  const owner = found.stats.uid;
  const judgeParent = ({ path: parent, stats }: Found) => {
    const flaw = flawOfParent(stats, owner);
    if (flaw) throw unsafe(asked, `is below ${parent}, which ${flaw}`);
  };
  const parts = asked.split('/').filter(Boolean);
  for (let links = 0; parts.length > 0; ) {
    judgeParent(found);
    const next = join(found.path, parts[0] ?? '');
    const stats = look(next);
    if (!stats) {
      if (!make) return undefined;
      make(next);
      continue;
    }
    parts.shift();
    if (stats.isSymbolicLink() && parts.length > 0) {
      judgeParent({ path: next, stats });
      links += 1;
      if (links > MAX_LINKS)
        throw new VifError('STATE_DIRECTORY_FAILED', `${asked} has too many symbolic links: ${another}`);
      const target = readlinkSync(next);
      parts.unshift(...target.split('/').filter(Boolean));
      if (target.startsWith('/')) found = { path: '/', stats: lstatSync('/') };
    } else {
      found = { path: next, stats };
    }
  }
  return found;
}

function flawOfParent(stats: Stats, ownerOfRoot: number): string | undefined {
  if (!isTrusted(stats.uid) && stats.uid !== ownerOfRoot) return ownedByOther(stats);
  if (stats.isSymbolicLink() || stats.mode & 0o1000) return undefined;
  return stats.mode & 0o022 ? `others can write to (mode ${modeOf(stats)})` : undefined;
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw failed(error, `Cannot enter ${path}`, path);
  }
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw failed(error, `Cannot make ${path}`, path);
  }
}

/**
 * Made under another name first, so that it is never visible with too few permissions: until they are set, the umask
 * keeps the group out.
 */
function makeShared({ path: parent, sharedBy }: StateDirectory, path: string): Stats {
  try {
    const draft = mkdtempSync(join(parent, '.new-'));
    chmodSync(draft, sharedBy === undefined ? 0o700 : 0o2770);
    try {
      renameSync(draft, path); // it replaces only an empty directory, which does no harm
    } catch {
      rmdirSync(draft);
    }
    return lstatSync(path);
  } catch (error) {
    throw failed(error, `Cannot make ${path}`, parent);
  }
}

function isTrusted(uid: number): boolean {
  return uid === 0 || uid === process.geteuid?.();
}

function ownedByOther({ uid }: Stats): string {
  return `belongs to user ${uid}, who is neither root nor the user of this process`;
}

const modeOf = ({ mode }: Stats) => (mode & 0o7777).toString(8).padStart(4, '0');

function unsafe(path: string, flaw: string): VifError {
  const remedy = 'Use a state directory that no other user can change';
  return new VifError('STATE_DIRECTORY_UNSAFE', `${path} cannot be trusted: it ${flaw}. ${remedy}`);
}

function failed(error: unknown, doing: string, path: string): VifError {
  const reason = error instanceof Error ? error.message : String(error);
  const text = `${doing}: ${reason}. ${remedyFor(codeOf(error), path)}`;
  return new VifError('STATE_DIRECTORY_FAILED', text, { cause: error });
}

function remedyFor(code: unknown, path: string): string {
  if (code === 'ENOSPC') return 'Make room on its file system: bytes, or inodes (df -i)';
  if (code === 'EROFS') return 'Mount its file system writable, or use another state directory';
  if (!path.startsWith('/run/')) return 'Use a state directory that this user can write to';
  const line = `"d ${path} 2770 root GROUP" in /etc/tmpfiles.d/vifkit.conf`;
  return `Have it made at boot, by the line ${line}, for a group that this user is in`;
}
