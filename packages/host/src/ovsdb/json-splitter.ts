import { VifError } from '@vifkit/core';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;

/**
 * An OVSDB message nests no deeper than 10. Much deeper ones take many times their size once parsed, and overflow the
 * stack of code that walks them.
 */
const MAX_DEPTH = 64;

const NOTHING = Buffer.alloc(0);

/**
 * Splits a stream of JSON objects that follow one another without a separator (RFC 7047, section 4). It works on bytes:
 * no byte of a multi-byte UTF-8 character is an ASCII one, so characters may be split between chunks.
 */
export class JsonSplitter {
  /** The parts of an incomplete object. They are copied, so that tiny chunks do not retain large buffers. */
  #buffer = NOTHING;
  #size = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });

  /** @param limit the maximum size of an object in bytes. */
  constructor(private readonly limit: number) {}

  /**
   * Yields the objects that this chunk completes.
   *
   * @throws VifError `OVSDB_PROTOCOL` if the stream is not JSON, or an object is too large or nests too deep. The
   *   splitter cannot be used after that.
   */
  *push(chunk: Buffer): Generator<object> {
    let start = 0;
    while (start < chunk.length) {
      if (this.#depth === 0) start = nextObject(chunk, start);
      const end = this.#scan(chunk, start);
      const part = chunk.subarray(start, end);
      start = end;
      if (this.#depth > 0) this.#keep(part);
      else if (part.length > 0) yield this.#take(part);
    }
  }

  /**
   * Continues at a byte, and returns where the object or the chunk ends. Every byte passes through here, so the state
   * of the object is kept in local variables.
   */
  #scan(chunk: Buffer, start: number): number {
    let [depth, inString, escaped] = [this.#depth, this.#inString, this.#escaped];
    let i = start;
    while (i < chunk.length) {
      const byte = chunk[i++];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === QUOTE) inString = false;
        else if (byte === BACKSLASH) escaped = true;
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (++depth > MAX_DEPTH) throw tooDeep();
      } else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) break;
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    return i;
  }

  #keep(part: Buffer): void {
    const size = this.#size + part.length;
    if (size > this.limit) {
      throw new VifError(
        'OVSDB_PROTOCOL',
        `The OVSDB server sent a message of more than ${this.limit} bytes; ask it for fewer columns or rows`,
      );
    }
    if (size > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.limit, Math.max(size, 2 * this.#buffer.length)));
      this.#buffer.copy(larger, 0, 0, this.#size);
      this.#buffer = larger;
    }
    part.copy(this.#buffer, this.#size);
    this.#size = size;
  }

  #take(last: Buffer): object {
    this.#keep(last);
    const bytes = this.#buffer.subarray(0, this.#size);
    this.#buffer = NOTHING;
    this.#size = 0;
    try {
      return JSON.parse(this.#decoder.decode(bytes)) as object;
    } catch (error) {
      throw notJson(bytes.subarray(0, 40).toString('latin1'), error);
    }
  }
}

/** The start of the next object after white space; the end of the chunk if there is none. */
function nextObject(chunk: Buffer, start: number): number {
  let i = start;
  while (isWhiteSpace(chunk[i])) i++;
  if (i < chunk.length && chunk[i] !== OPEN_BRACE)
    throw notJson(chunk.subarray(i, i + 40).toString('latin1'));
  return i;
}

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function tooDeep(): VifError {
  return new VifError(
    'OVSDB_PROTOCOL',
    `The OVSDB server sent a message that nests more than ${MAX_DEPTH} deep`,
  );
}

function notJson(sample: string, cause?: unknown): VifError {
  const message = `What the OVSDB server sent is not JSON: ${JSON.stringify(sample)}; is it an OVSDB server?`;
  return new VifError('OVSDB_PROTOCOL', message, { cause });
}
