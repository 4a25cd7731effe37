import { VifError } from '@vifkit/core';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;

/**
 * An OVSDB message nests no deeper than 10. Far deeper ones cost many times their size once parsed, and overflow the
 * stack of whatever walks them.
 */
const deepest = 64;

const NOTHING = Buffer.alloc(0);

/**
 * Finds the JSON objects that follow one another on a stream, with nothing between them that would tell
 * where one ends (RFC 7047, section 4). It looks at bytes: no byte of a multi-byte UTF-8 character is an
 * ASCII one, so characters may be cut in two between chunks.
 */
export class JsonSplitter {
  /** What there is of an object that is not complete. Copied, so that tiny chunks do not hold on to large buffers. */
  #buffer = NOTHING;
  #size = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });

  /** @param limit the most bytes that one object may have. */
  constructor(private readonly limit: number) {}

  /**
   * The objects that this chunk completes.
   *
   * @throws VifError `OVSDB_PROTOCOL` when the stream is not JSON, or an object is too large or nests too deep. The splitter
   * is of no use after that.
   */
  *push(chunk: Buffer): Generator<object> {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0;
      if (this.#depth === 0) {
        start = i;
        if (isWhiteSpace(byte)) continue;
        if (byte !== OPEN_BRACE) throw notJson(chunk.subarray(i, i + 40).toString('latin1'));
      }
      this.#see(byte);
      if (this.#depth === 0) yield this.#take(chunk.subarray(start, i + 1));
    }
    if (this.#depth > 0) this.#keep(chunk.subarray(start));
  }

  #see(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (this.#inString && byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = !this.#inString;
    else if (this.#inString) return;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#open();
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#depth--;
  }

  #open(): void {
    this.#depth++;
    if (this.#depth <= deepest) return;
    throw new VifError(
      'OVSDB_PROTOCOL',
      `The OVSDB server sent a message that nests more than ${deepest} deep`,
    );
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

function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function notJson(sample: string, cause?: unknown): VifError {
  const message = `What the OVSDB server sent is not JSON: ${JSON.stringify(sample)}; is it an OVSDB server?`;
  return new VifError('OVSDB_PROTOCOL', message, { cause });
}
