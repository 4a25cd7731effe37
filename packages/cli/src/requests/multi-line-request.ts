import { JsonNesting } from './json-nesting.js';
import { type Input, judgeRequest, maxRequestLength, tooDeep, tooLong } from './request.js';

interface Line {
  readonly text: string;
  readonly number: number;
}

/**
 * A request over several lines, or the first of JSON Lines with a mistake in it: what follows decides between the two.
 * The lines are kept until then, up to the limit of one request.
 */
export class MultiLineRequest {
  readonly #lines: Line[] = [];
  readonly #nesting = new JsonNesting();
  #length = 0;
  #isPassedOver = false;
  #isOver = false;
  #isOfLines = false;

  private constructor(private readonly first: number) {}

  /** A request that begins with this line, if the line leaves something open. */
  static begin(text: string, number: number): MultiLineRequest | undefined {
    const begun = new MultiLineRequest(number);
    begun.follow(text);
    if (!text.startsWith('{') || begun.#nesting.inString || begun.#nesting.depth === 0) return undefined;
    begun.#keep({ text, number });
    return begun;
  }

  /** Whether what follows is not part of it. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether its lines turned out to be separate requests. */
  get isOfLines(): boolean {
    return this.#isOfLines;
  }

  /** Tracks how deep it nests, for each piece of a line as it arrives. */
  follow(piece: string): void {
    this.#nesting.follow(piece);
  }

  /**
   * Adds a line that was followed.
   * @param text undefined if it is too long to be kept
   */
  *add(text: string | undefined, number: number): Generator<Input> {
    this.#nesting.endString(); // a JSON string cannot span lines
    const isClosed = this.#nesting.depth === 0;
    if (this.#isPassedOver) {
      this.#isOver = isClosed;
      return;
    }
    if (text !== undefined) this.#keep({ text, number });
    const subject = `The request in lines ${this.first} to ${number}`;
    if (text === undefined || this.#length > maxRequestLength) yield* this.#giveUp(tooLong(subject));
    else if (this.#nesting.isTooDeep()) yield* this.#giveUp(tooDeep(subject));
    else if (isClosed) yield* this.#settle(subject);
  }

  /** The text ends before it does. */
  *breakOff(): Generator<Input> {
    if (!this.#isPassedOver) yield* this.#settle(`The request that begins in line ${this.first}`);
  }

  #keep(line: Line): void {
    this.#lines.push(line);
    this.#length += line.text.length + 1;
  }

  *#settle(subject: string): Generator<Input> {
    const whole = judgeRequest(this.#lines.map(({ text }) => text).join('\n'), subject);
    this.#isOver = true;
    if ('request' in whole) return yield whole;
    const inputs = this.#byLine();
    // A request over many lines with a mistake in it is one bad request, and not one a line.
    if (this.#lines[0]?.text === '{' && !inputs.some(isRequest)) return yield whole;
    this.#isOfLines = true;
    yield* inputs;
  }

  *#giveUp(refusal: Input): Generator<Input> {
    const inputs = this.#byLine();
    this.#isOfLines = inputs.some(isRequest);
    this.#isPassedOver = !this.#isOfLines;
    this.#isOver = this.#isOfLines || this.#nesting.depth === 0;
    this.#lines.length = 0;
    if (this.#isOfLines) yield* inputs;
    else yield refusal;
  }

  #byLine(): Input[] {
    return this.#lines.map(({ text, number }) => judgeRequest(text, `Line ${number}`));
  }
}

function isRequest(input: Input): boolean {
  return 'request' in input;
}
