import { JsonNesting } from './json-nesting.js';
import { MultiLineRequest } from './multi-line-request.js';
import { type Input, judgeRequest, maxRequestLength, refused, tooDeep, tooLong } from './request.js';

/**
 * The requests of a complete text: JSON objects, one per line or each over several lines, or arrays of them. Anything
 * that is not a request is a separate error.
 */
export function parseRequests(text: string): Input[] {
  const splitter = new RequestSplitter();
  return [...splitter.push(text), ...splitter.end()];
}

/**
 * Finds the requests in a text that arrives in pieces: JSON objects, one per line or each over several lines, or arrays
 * of them. Blank lines are skipped. Anything that is not a request is a separate error, and the next request begins on
 * the next line, or after the next comma of an array. At most the text of one request is kept.
 */
export class RequestSplitter {
  /**
   * At the beginning, an array or a request over several lines may follow; after a one-line request, only one-line
   * requests.
   */
  #place: 'beginning' | 'lines' | 'array' = 'beginning';
  /** The text of the current line, or of the current array element. */
  readonly #kept = new KeptText();
  #line = 1;
  #multiLine: MultiLineRequest | undefined;
  #nesting = new JsonNesting();
  #element = 0;

  /** The requests that a piece completes. All of them must be consumed before the next piece is pushed. */
  *push(text: string): Generator<Input> {
    let at = 0;
    while (at < text.length) {
      if (this.#place !== 'array' && this.#kept.isEmpty) at = this.#skipBlank(text, at);
      if (this.#place === 'array') at = yield* this.#inArray(text, at);
      else if (this.#mayBeginArray && text[at] === '[') at = this.#openArray(at);
      else at = yield* this.#inLine(text, at);
    }
  }

  /** What the end of the text completes. */
  *end(): Generator<Input> {
    if (this.#place === 'array') {
      yield refused(`The array of requests has no end: it breaks off in element ${this.#element + 1}`);
      return;
    }
    if (!this.#kept.isEmpty) yield* this.#endLine();
    if (this.#multiLine) yield* this.#multiLine.breakOff();
  }

  get #mayBeginArray(): boolean {
    return this.#place === 'beginning' && !this.#multiLine && this.#kept.isEmpty;
  }

  #skipBlank(text: string, start: number): number {
    let at = start;
    for (; isBlank(text.charCodeAt(at)); at++) if (text.charCodeAt(at) === newline) this.#line++;
    return at;
  }

  *#inLine(text: string, start: number): Generator<Input, number> {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    const piece = text.slice(start, end);
    this.#kept.add(piece);
    this.#multiLine?.follow(piece);
    if (found < 0) return end;
    yield* this.#endLine();
    this.#line++;
    return end + 1;
  }

  *#endLine(): Generator<Input> {
    const number = this.#line;
    const line = this.#kept.take()?.trim();
    if (this.#multiLine) {
      yield* this.#multiLine.add(line, number);
      if (!this.#multiLine.isOver) return;
      if (this.#multiLine.isOfLines) this.#place = 'lines';
      this.#multiLine = undefined;
      return;
    }
    if (this.#place === 'beginning' && line !== undefined) {
      this.#multiLine = MultiLineRequest.begin(line, number);
      if (this.#multiLine) return;
    }
    this.#place = 'lines';
    yield line === undefined ? tooLong(`Line ${number}`) : judgeRequest(line, `Line ${number}`);
  }

  /** @returns the index after the bracket */
  #openArray(at: number): number {
    this.#place = 'array';
    this.#nesting = new JsonNesting();
    this.#nesting.follow('[');
    this.#element = 0;
    return at + 1;
  }

  *#inArray(text: string, start: number): Generator<Input, number> {
    const nesting = this.#nesting;
    const end = nesting.next(text, start, 1);
    const isLast = nesting.depth === 0;
    const isWhole = isLast || (nesting.depth === 1 && !nesting.inString && text[end - 1] === ',');
    // A brace instead of the bracket is left for the parser to report.
    const isMarked = isWhole && text[end - 1] !== '}';
    this.#kept.add(text.slice(start, isMarked ? end - 1 : end));
    for (let at = start; at < end; at++) if (text.charCodeAt(at) === newline) this.#line++;
    if (isWhole) yield* this.#endElement(isLast);
    return end;
  }

  *#endElement(isLast: boolean): Generator<Input> {
    const text = this.#kept.take()?.trim();
    const isTooDeep = this.#nesting.isTooDeep(1);
    this.#nesting.resetReachedDepth();
    if (isLast) this.#place = 'beginning';
    if (isLast && text === '' && this.#element === 0) return; // an empty array
    const subject = `Element ${++this.#element} of the array, up to line ${this.#line},`;
    if (text === undefined) yield tooLong(subject);
    else yield isTooDeep ? tooDeep(subject) : judgeRequest(text, subject);
  }
}

/** Pieces of a text, up to the limit of one request. */
class KeptText {
  #pieces: string[] = [];
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  add(piece: string): void {
    this.#length += piece.length;
    if (this.#length <= maxRequestLength) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  /** The text, which is then forgotten; undefined if it was too long. */
  take(): string | undefined {
    const text = this.#length <= maxRequestLength ? this.#pieces.join('') : undefined;
    this.#pieces = [];
    this.#length = 0;
    return text;
  }
}

const newline = 0x0a;

/** As JSON has it. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === newline || code === 0x0d;
}
