import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Puts a file in place as a whole: whoever reads it, after whatever crash, finds the old text or the new one. By
 * hand, because write-file-atomic neither syncs the folder nor keeps to a draft that it made itself.
 */
export async function writeAtomically(file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.new`;
  await rm(draft, { force: true }); // of a process that was killed
  try {
    await synced(draft, 'wx', async (handle) => {
      await handle.chmod(mode); // the umask may have taken the group's
      await handle.writeFile(text);
    });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await synced(dirname(file), 'r'); // the name is the folder's, and safe only with it
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
