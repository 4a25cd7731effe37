const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** A request nests about 10 deep. Much deeper JSON takes many times its size when it is parsed. */
export const maxDepth = 64;

/** Tracks how deep a JSON text nests, piece by piece and without parsing it. */
export class JsonNesting {
  #depth = 0;
  #reachedDepth = 0;
  #inString = false;
  #escaped = false;
  #values = 0;

  get depth(): number {
    return this.#depth;
  }

  get inString(): boolean {
    return this.#inString;
  }

  /** The approximate number of values so far. */
  get values(): number {
    return this.#values;
  }

  /** A line ends in the middle of a string: JSON has no such strings. */
  endString(): void {
    this.#inString = false;
    this.#escaped = false;
  }

  /** @param outer how many lists are around what is counted. */
  isTooDeep(outer = 0): boolean {
    return this.#reachedDepth > maxDepth + outer;
  }

  /** Restarts the count from the current depth. */
  resetReachedDepth(): void {
    this.#reachedDepth = this.#depth;
  }

  /** Follows a piece from an index to its end. */
  follow(text: string, start = 0): void {
    let at = start;
    while (at < text.length) at = this.next(text, at, 0);
  }

  /**
   * Follows a piece from an index until just after the bracket that closes the outermost one, or a comma at a given
   * depth.
   * @returns the index reached, at most the end of the piece
   */
  next(text: string, start: number, commaDepth: number): number {
    let [depth, reached, inString, escaped] = [
      this.#depth,
      this.#reachedDepth,
      this.#inString,
      this.#escaped,
    ];
    let values = this.#values;
    let at = start;
    while (at < text.length) {
      const code = text.charCodeAt(at++);
      if (inString) {
        if (escaped) escaped = false;
        else if (code === quote) inString = false;
        else if (code === backslash) escaped = true;
      } else if (code === quote) inString = true;
      else if (code === openBrace || code === openBracket) {
        values++;
        if (++depth > reached) reached = depth;
      } else if (code === closeBrace || code === closeBracket) {
        depth = Math.max(0, depth - 1);
        if (depth === 0) break;
      } else if (code === comma) {
        values++;
        if (depth === commaDepth && depth > 0) break;
      }
    }
    this.#depth = depth;
    this.#reachedDepth = reached;
    this.#inString = inString;
    this.#escaped = escaped;
    this.#values = values;
    return at;
  }
}
