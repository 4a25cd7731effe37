import { VifError } from '@vifkit/core';
import { type InputSource, type InputText, openInput } from './input.js';
import { type Input, maxRequestLength, refused } from './request.js';
import { RequestSplitter } from './request-splitter.js';

/** The inputs that a piece of text completes. */
export interface Piece {
  /** Must be consumed before the next piece is requested. */
  readonly inputs: Iterable<Input>;
  /** The characters of the piece. */
  readonly length: number;
}

/** The requests of an input, as they arrive. */
export interface Inputs extends AsyncIterable<Piece> {
  /** Stops reading. */
  close(): void;
}

/**
 * The requests of files, one after the other. JSON is processed as it arrives, YAML when it is complete. Iteration
 * throws an InputError for a file that cannot be read.
 *
 * @param shape what an input stands for
 */
export function openRequests(
  files: readonly string[],
  stdin: () => InputSource,
  shape: (input: Input) => readonly Input[],
): Inputs {
  let current: InputText | undefined;
  let isClosed = false;
  async function* pieces() {
    for (const file of files) {
      if (isClosed) return;
      current = openInput(file, stdin);
      for await (const { inputs, length } of piecesOf(current)) {
        const shaped = shapedBy(shape, inputs);
        yield { inputs: files.length > 1 ? namedAfter(file, shaped) : shaped, length };
      }
    }
  }
  return {
    [Symbol.asyncIterator]: pieces,
    close() {
      isClosed = true;
      current?.close();
    },
  };
}

/** Matches a first line of YAML: no JSON begins like that. */
const yaml = /^(?:---|%YAML|#|-(?:\s|$)|["']?[\w.:-]+["']?:(?:\s|$))/;

/** The maximum number of characters of YAML, which is read as a whole: about a thousand requests. */
const maxYamlLength = 4 * maxRequestLength;

/** Splits a text into its requests. It is read as YAML if its first line is YAML. */
export async function* piecesOf(text: AsyncIterable<string>): AsyncGenerator<Piece> {
  const splitter = new RequestSplitter();
  let isJson = false;
  let isYaml = false;
  let head = '';
  for await (const piece of text) {
    if (isJson) {
      yield { inputs: splitter.push(piece), length: piece.length };
      continue;
    }
    head += piece;
    const line = /^\s*(\S[^\n]*)(\n?)/.exec(head);
    isYaml ||= line?.[2] === '\n' && yaml.test(line[1] ?? '');
    const isKnown = line?.[2] === '\n' || /^[[{]/.test(line?.[1] ?? '') || head.length > maxRequestLength;
    isJson = !isYaml && line !== null && isKnown;
    if (isYaml && head.length > maxYamlLength) {
      const text = `The YAML has more than ${maxYamlLength} characters; give it in parts, or as JSON Lines`;
      yield { inputs: [refused(text)], length: piece.length };
      return;
    }
    if (isJson || line === null) {
      yield { inputs: splitter.push(head), length: piece.length };
      head = '';
    } else {
      yield { inputs: [], length: piece.length };
    }
  }
  if (isYaml || yaml.test(head.trimStart())) {
    const { parseYaml } = await import('./yaml.js');
    yield { inputs: parseYaml(head), length: 0 };
    return;
  }
  yield { inputs: splitter.push(head), length: 0 };
  yield { inputs: splitter.end(), length: 0 };
}

function* shapedBy(shape: (input: Input) => readonly Input[], inputs: Iterable<Input>): Generator<Input> {
  for (const input of inputs) yield* shape(input);
}

/** With several files, an error must name the file. */
function* namedAfter(file: string, inputs: Iterable<Input>): Generator<Input> {
  const name = file === '-' ? 'standard input' : file;
  for (const input of inputs) {
    if ('request' in input) yield input;
    else {
      const { code, message, cause } = input.error;
      yield { error: new VifError(code, `${name}: ${message}`, { cause }), size: 0 };
    }
  }
}
