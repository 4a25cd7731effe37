import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Puts a file in place as a whole: whoever reads it, after whatever crash, finds the old text or the new one. File
 * and folder are for this user alone; the folder is made when it is missing.
 */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.new`;
  await rm(draft, { force: true }); // of a process that was killed
  try {
    await synced(draft, 'wx', (handle) => handle.writeFile(text));
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await synced(folder, 'r'); // the name is the folder's, and safe only with it
}

type Handle = Awaited<ReturnType<typeof open>>;

async function synced(path: string, flags: string, write?: (handle: Handle) => Promise<void>): Promise<void> {
  const handle = await open(path, flags, 0o600);
  try {
    await write?.(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
