import { constants, createReadStream, open } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { asVifError, VifError } from '@vifkit/core';
import { isUuid } from '@vifkit/core/internal';
import { signalError, withDeadline, withinDeadline } from '@vifkit/engine/time';
import { InputError } from './request.js';

/** Bytes that are read from a file at once: about two hundred requests. */
const pieceOfFile = 256 * 1024;

/** A text that arrives in pieces. */
export interface InputText extends AsyncIterable<string> {
  /** Stops reading: a pending read ends without a piece. */
  close(): void;
}

/** Such as a stream of Node.js. */
export type InputSource = AsyncIterable<Uint8Array | string> & {
  destroy?(): unknown;
  readonly isTTY?: boolean | undefined;
};

/**
 * The text of a file, or of standard input for `-`. A byte order mark at its beginning is skipped. Its iteration throws
 * an InputError if it cannot be read.
 * @param settings what the file is called in messages, if it has settings and not requests
 */
export function openInput(file: string, stdin: () => InputSource, settings?: string): InputText {
  let source: InputSource | undefined;
  let isClosed = false;
  async function* pieces() {
    try {
      source = file === '-' ? stdin() : await openFile(file);
      if (isClosed) source.destroy?.();
      let decoder: InstanceType<typeof TextDecoder> | undefined;
      for await (const chunk of source) {
        const bytes = Buffer.from(chunk);
        decoder ??= new TextDecoder(encodingOf(bytes));
        yield decoder.decode(bytes, { stream: true });
      }
      if (decoder) yield decoder.decode();
    } catch (error) {
      if (isClosed) return;
      const name = settings ?? nameOf(file);
      const reason = error instanceof Error ? error.message : String(error);
      const cure = settings === undefined ? cureFor(file, error) : cureForAny(error, 'so name a file in it');
      throw new InputError(`Cannot read ${name}: ${reason}${cure}`, { cause: error });
    }
  }
  return {
    [Symbol.asyncIterator]: pieces,
    close() {
      isClosed = true;
      source?.destroy?.();
    },
  };
}

/** UTF-8, unless a byte order mark shows that it is UTF-16, which editors on Windows call Unicode. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : `'${file}'`;
}

/** What to do about a file that cannot be read, if known: the rest of a sentence. */
function cureForAny(error: unknown, insteadOfFolder: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EISDIR') return `; it is a folder, ${insteadOfFolder}`;
  return code === 'EACCES' ? '; let this user read it, or run vif as a user who may' : '';
}

/** The same for a file of requests. */
function cureFor(file: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOENT' && code !== 'ENAMETOOLONG') {
    return cureForAny(error, 'so name its files, as in FOLDER/*.json, or use vif apply');
  }
  if (isUuid(file)) {
    return ". It looks like the id of a VIF: ids are accepted only for plugged VIFs, and not together with files. Name a file that has the VIF, as in Nova's network_info, and its instance";
  }
  if (/^\s*[[{]/.test(file))
    return ". It looks like a request itself: pass it on standard input, as in: echo '{…}' | vif plug";
  if (/[*?[]/.test(file))
    return '. No file has that name: leave out the quotes, so that the shell expands it';
  return '';
}

async function openFile(file: string): Promise<InputSource> {
  if (!(await stat(file)).isFIFO()) return createReadStream(file, { highWaterMark: pieceOfFile });
  // Opened and read as a file, a pipe would occupy a thread until somebody writes to it, and keep the process from ending.
  const fd = await promisify(open)(file, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

/** 64 Mi, about a million ids. A device or a pipe may have no end. */
const maxCharacters = 64 * 1024 * 1024;

/**
 * The whole text of a file, or of standard input for `-`. A byte order mark at its beginning is dropped. It does not
 * wait after the signal has fired: a pipe may never get a writer.
 * @param settings as for `openInput`
 * @throws InputError if it cannot be read, or has too many characters; VifError TIMEOUT, ABORTED
 */
export async function readText(
  file: string,
  stdin: () => InputSource,
  signal: AbortSignal,
  { limit = maxCharacters, settings }: { readonly limit?: number; readonly settings?: string } = {},
): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  const name = settings ?? nameOf(file);
  const doing = `reading ${name}`;
  const text = openInput(file, stdin, settings);
  const iterator = text[Symbol.asyncIterator]();
  try {
    for (;;) {
      if (signal.aborted) throw signalError(signal, doing);
      const piece = await withinDeadline(iterator.next(), signal, doing);
      if (piece.done) return pieces.join('');
      length += piece.value.length;
      if (length > limit) {
        throw new InputError(
          `Cannot read ${name}: there are more than ${limit} characters; give them in parts`,
        );
      }
      pieces.push(piece.value);
    }
  } finally {
    text.close();
  }
}

/** The limit for settings, which people write, and for manifests, which have a line for each class. */
const maxSettingsCharacters = 1024 * 1024;

/**
 * The JSON in a settings file; `what` names the file in messages. It may be a pipe, such as a shell's `<(command)`.
 * @param timeout in milliseconds
 * @throws VifError INVALID_OPTIONS for a file that cannot be read, is too long, or has no JSON; TIMEOUT
 */
export async function readSettings(path: string, what: string, timeout: number): Promise<unknown> {
  return parseSettings(await readSettingsText(path, what, timeout), path, what);
}

/** The same, before it is parsed. */
export async function readSettingsText(path: string, what: string, timeout: number): Promise<string> {
  const settings = `${what} ${path}`;
  try {
    return await withDeadline(timeout, undefined, (signal) =>
      readText(resolve(path), noStandardInput, signal, { limit: maxSettingsCharacters, settings }),
    );
  } catch (error) {
    if (error instanceof InputError) throw new VifError('INVALID_OPTIONS', error.message, { cause: error });
    throw asVifError(error, 'INVALID_OPTIONS', `Cannot read ${settings}`);
  }
}

/**
 * The JSON of such a text.
 * @throws VifError INVALID_OPTIONS with the line. V8 reports a position, and since Node.js 22 also a line
 */
export function parseSettings(text: string, path: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, position] = / at position (\d+)/.exec(message) ?? [];
    const before = text.slice(0, position === undefined ? undefined : Number(position));
    const line = before.trimEnd().split('\n').length;
    const reason = `line ${line}: ${message.replace(/ \(line \d+ column \d+\)$/, '')}`;
    throw new VifError('INVALID_OPTIONS', `Cannot read ${what} ${path}: ${reason}`, { cause: error });
  }
}

/** A resolved path is never `-`. */
function noStandardInput(): InputSource {
  throw new Error('Settings are not read from standard input');
}
