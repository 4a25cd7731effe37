import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Users other than root lack the folders of system programs in their PATH. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
process.env.PATH = folders.join(delimiter);

/** Whether all these programs are installed. */
export function areInstalled(...programs: readonly string[]): boolean {
  return programs.every((program) =>
    folders.some((folder) => isUsable(join(folder, program), constants.X_OK)),
  );
}

/** Whether tap devices can be made: some machines leave /dev/net/tun to root. */
export function canMakeTaps(): boolean {
  return isUsable('/dev/net/tun', constants.R_OK | constants.W_OK);
}

function isUsable(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
