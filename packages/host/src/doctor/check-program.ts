import { access, constants, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Check } from './lack.js';

export const checkProgram: Check = async ({ name, from }, { path }) => {
  const found = await Promise.all(path.map((folder) => isProgram(join(folder, name))));
  if (found.includes(true)) return undefined;
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
