import { lstat, open, rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

/** A stream that may be a terminal. */
export type Output = Writable & {
  readonly isTTY?: boolean;
  /** The width of a terminal in characters. */
  readonly columns?: number;
  hasColors?(): boolean;
};

type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** Styles a text. */
export type Style = (format: Format, text: string) => string;

/** Leaves every text unchanged. */
export const plain: Style = (_, text) => text;

/** Colours if the stream is a terminal, unless the environment says otherwise (`NO_COLOR`, `FORCE_COLOR`). */
export function styleFor(stream: Output): Style {
  return (format, text) => styleText(format, text, { stream });
}

/**
 * Writes a text, and waits while the output's buffer is full, so that output does not accumulate here. It does not wait
 * if the output cannot be written at all.
 */
export async function writeOut(stream: Output, text: string): Promise<void> {
  if (text === '' || stream.write(text) || stream.errored || stream.destroyed) return;
  await new Promise<void>((resolve) => {
    const go = () => {
      for (const event of events) stream.off(event, go);
      resolve();
    };
    for (const event of events) stream.on(event, go);
  });
}

const events = ['drain', 'error', 'close'] as const;

/**
 * Keeps an output that cannot be written from ending the program halfway. A reader that went away (`| head`) is not a
 * failure: the work on the host is still done. A full disk is a failure.
 */
export function guardOutput(stream: Output): void {
  let failed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (failed || error.code === 'EPIPE') return;
    failed = true;
    if (stream !== process.stderr) process.stderr.write(`vif: Cannot write the output: ${error.message}\n`);
    // At the very end, so that the command's own status does not replace it.
    process.once('exit', () => {
      process.exitCode ||= 1;
    });
  });
}

/**
 * Writes a complete text: to a file, which is replaced atomically, or to the output. Other users may read the file. Only
 * a regular file is replaced: root could put one in the place of /dev/null.
 * @throws Error if the file cannot be written
 */
export async function writeWhole(stdout: Output, file: string | undefined, text: string): Promise<void> {
  if (file === undefined) return writeOut(stdout, text);
  try {
    const former = await lstat(file).catch(() => undefined);
    if (former?.isFile() === false) throw new Error('it is not a regular file; name another, or none');
    await replace(file, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot write ${file}: ${reason}`, { cause: error });
  }
}

async function replace(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.new`;
  const handle = await open(draft, 'wx', 0o644); // one that is there is another's
  try {
    await handle.chmod(0o644); // whatever the umask is
    await handle.writeFile(text);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}
