import { createReadStream } from 'node:fs';
import { InputError } from './input-error.js';

/** 64 MiB: some thirty thousand requests. A device or a pipe may have no end. */
const mostBytes = 64 * 1024 * 1024;

/**
 * The text of a file, or of standard input for `-`. A byte order mark at its beginning is dropped.
 * @throws InputError if it cannot be read, or is larger than 64 MiB
 */
export async function readText(
  file: string,
  stdin: () => AsyncIterable<Uint8Array | string>,
): Promise<string> {
  try {
    return new TextDecoder().decode(await collect(file === '-' ? stdin() : createReadStream(file)));
  } catch (error) {
    const source = file === '-' ? 'standard input' : `'${file}'`;
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError(`Cannot read ${source}: ${reason}`, { cause: error });
  }
}

async function collect(stream: AsyncIterable<Uint8Array | string>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > mostBytes) throw new Error(`there are more than ${mostBytes} bytes; give them in parts`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
