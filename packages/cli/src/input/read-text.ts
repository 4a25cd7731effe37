import { readFile } from 'node:fs/promises';
import { InputError } from './input-error.js';

/**
 * The text of a file, or of standard input for `-`. A byte order mark at its beginning is dropped.
 * @throws InputError if it cannot be read
 */
export async function readText(
  file: string,
  stdin: () => AsyncIterable<Uint8Array | string>,
): Promise<string> {
  try {
    const bytes = file === '-' ? await collect(stdin()) : await readFile(file);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    const source = file === '-' ? 'standard input' : `'${file}'`;
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`Cannot read ${source}: ${reason}`, { cause: error });
  }
}

async function collect(stream: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
