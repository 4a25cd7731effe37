import { InputError } from './input-error.js';
import { type InputSource, openInput } from './open-input.js';

/** 64 Mi: some million ids. A device or a pipe may have no end. */
const mostCharacters = 64 * 1024 * 1024;

/**
 * The whole text of a file, or of standard input for `-`. A byte order mark at its beginning is dropped.
 * @throws InputError if it cannot be read, or has more than 64 Mi characters
 */
export async function readText(file: string, stdin: () => InputSource): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of openInput(file, stdin)) {
    length += piece.length;
    if (length > mostCharacters) {
      throw new InputError(
        `Cannot read '${file}': there are more than ${mostCharacters} characters; give them in parts`,
      );
    }
    pieces.push(piece);
  }
  return pieces.join('');
}
