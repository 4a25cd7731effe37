import { access } from 'node:fs/promises';

/** Whether a file or folder exists, as far as this user may see it. */
export function pathExists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
