import { signalError, withinDeadline } from '@vifkit/engine/time';
import { InputError } from './input-error.js';
import { type InputSource, openInput } from './open-input.js';

/** 64 Mi: some million ids. A device or a pipe may have no end. */
const mostCharacters = 64 * 1024 * 1024;

/**
 * The whole text of a file, or of standard input for `-`. A byte order mark at its beginning is dropped. Nothing is
 * waited for once the signal has fired: whoever is to write to a pipe may never come.
 * @throws InputError if it cannot be read, or has more than so many characters; VifError TIMEOUT, ABORTED
 */
export async function readText(
  file: string,
  stdin: () => InputSource,
  signal: AbortSignal,
  most = mostCharacters,
): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  const doing = `reading '${file}'`;
  const text = openInput(file, stdin);
  const iterator = text[Symbol.asyncIterator]();
  try {
    for (;;) {
      if (signal.aborted) throw signalError(signal, doing);
      const piece = await withinDeadline(iterator.next(), signal, doing);
      if (piece.done) return pieces.join('');
      length += piece.value.length;
      if (length > most) {
        throw new InputError(
          `Cannot read '${file}': there are more than ${most} characters; give them in parts`,
        );
      }
      pieces.push(piece.value);
    }
  } finally {
    text.close();
  }
}
