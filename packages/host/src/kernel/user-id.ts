import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const known = new Map<string, number>();

/** The id of a user of this host, given by name or id; NaN if there is no user of that name. */
export function userId(user: string | number): number {
  if (typeof user === 'number' || /^\d{1,10}$/.test(user)) return Number(user);
  const id = known.get(user) ?? idInPasswd(user) ?? idByNameService(user);
  if (!Number.isNaN(id)) known.set(user, id);
  return id;
}

function idInPasswd(user: string): number | undefined {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const [, , id] = lines.map((line) => line.split(':')).find(([name]) => name === user) ?? [];
  return id === undefined ? undefined : Number(id);
}

/** Not all users are in that file: there are directories, such as LDAP. Synchronous, like the reading of the file. */
function idByNameService(user: string): number {
  const { status, stdout } = spawnSync('id', ['-u', '--', user], { encoding: 'utf8', timeout: 5_000 });
  return status === 0 ? Number(stdout) : Number.NaN;
}
