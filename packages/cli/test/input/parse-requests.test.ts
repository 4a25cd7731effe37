import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/input/input-error.js';
import { parseRequests } from '../../src/input/parse-requests.js';

const first = { id: 'a', vif: { id: '1', tags: [{}, []] } };
const second = { id: 'b' };

/** The requests, and in place of what is none the error's code and message. */
function read(text: string): unknown[] {
  return parseRequests(text).map((input) =>
    'request' in input ? input.request : `${input.error.code}: ${input.error.message}`,
  );
}

describe('one request', () => {
  it.each([
    ['on one line', JSON.stringify(first)],
    ['with a newline at the end', `${JSON.stringify(first)}\n`],
    ['pretty-printed', JSON.stringify(first, null, 2)],
    ['pretty-printed between blank lines', `\n\n${JSON.stringify(first, null, '\t')}\n\n`],
    ['pretty-printed with CRLF', JSON.stringify(first, null, 2).replaceAll('\n', '\r\n')],
  ])('is read %s', (_, text) => {
    expect(read(text)).toEqual([first]);
  });

  it('is one failure, not one a line, if it is pretty-printed and has a mistake in it', () => {
    const broken = JSON.stringify(first, null, 2).replace('"a",', '"a"');
    expect(read(broken)).toEqual([
      expect.stringMatching(/^INVALID_REQUEST: The input is not a JSON object: /),
    ]);
  });

  it('is one failure if the input is an array, on however many lines', () => {
    const refusal = 'is not a JSON object, but an array';
    expect(read(JSON.stringify([first, second]))).toEqual([`INVALID_REQUEST: Line 1 ${refusal}`]);
    expect(read(JSON.stringify([first, second], null, 2))).toEqual([`INVALID_REQUEST: The input ${refusal}`]);
  });
});

describe('JSON Lines', () => {
  it.each([
    ['with a newline at the end', `${JSON.stringify(first)}\n${JSON.stringify(second)}\n`],
    ['without one', `${JSON.stringify(first)}\n${JSON.stringify(second)}`],
    ['with CRLF', `${JSON.stringify(first)}\r\n${JSON.stringify(second)}\r\n`],
    ['with blank lines', `\n  \n${JSON.stringify(first)}\n\t\r\n\n${JSON.stringify(second)}\n\n`],
    ['with spaces around', `  ${JSON.stringify(first)}  \n\t${JSON.stringify(second)}\t\n`],
  ])('are read %s', (_, text) => {
    expect(read(text)).toEqual([first, second]);
  });

  it.each([
    ['{"id": ', /^INVALID_REQUEST: Line 2 is not a JSON object: ./],
    ['not json', /^INVALID_REQUEST: Line 2 is not a JSON object: ./],
    [`${JSON.stringify(first)},`, /^INVALID_REQUEST: Line 2 is not a JSON object: ./],
    ['[]', /^INVALID_REQUEST: Line 2 is not a JSON object, but an array$/],
    ['null', /^INVALID_REQUEST: Line 2 is not a JSON object, but null$/],
    ['42', /^INVALID_REQUEST: Line 2 is not a JSON object, but a number$/],
    ['"text"', /^INVALID_REQUEST: Line 2 is not a JSON object, but a string$/],
  ])('have %s fail alone, with the number of its line', (line, message) => {
    expect(read(`${JSON.stringify(first)}\n${line}\n${JSON.stringify(second)}\n`)).toEqual([
      first,
      expect.stringMatching(message),
      second,
    ]);
  });

  it('count blank lines', () => {
    expect(read('\n\n{}\n\n42')).toEqual([{}, expect.stringContaining('Line 5')]);
  });

  it('have an open brace on the first line fail alone where others are requests', () => {
    expect(read(`{\n${JSON.stringify(first)}\n`)).toEqual([expect.stringContaining('Line 1'), first]);
  });

  it('all fail for themselves', () => {
    expect(read('{"a"\nb\n')).toEqual([expect.stringContaining('Line 1'), expect.stringContaining('Line 2')]);
  });
});

it.each(['', '\n', ' \r\n\t\n'])('no request is in %j', (text) => {
  expect(read(text)).toEqual([]);
});

describe('limits', () => {
  const MiB = 1024 * 1024;
  const long = JSON.stringify({ id: 'x'.repeat(MiB) });

  it('are far above 2 000 requests in one file', () => {
    const request = JSON.stringify({ ...first, padding: 'x'.repeat(4_000) });
    expect(parseRequests(`${request}\n`.repeat(2_000))).toHaveLength(2_000);
  });

  it.each([
    ['alone', long, 1],
    ['among others', `${JSON.stringify(first)}\n${long}\n${JSON.stringify(second)}`, 3],
    ['over many lines', JSON.stringify(JSON.parse(long), null, 2), 1],
  ])('refuse a request that is too long, %s', (_, text, count) => {
    const results = read(text);
    expect(results).toHaveLength(count);
    const refused = results.filter((result) => typeof result === 'string');
    expect(refused).toEqual([expect.stringMatching(/^INVALID_REQUEST: .* more than 1048576 characters$/)]);
  });

  it('refuse an input of too many requests, but not one of many blank lines', () => {
    expect(() => parseRequests('1\n'.repeat(100_001))).toThrow(InputError);
    expect(read(`${'\n'.repeat(3_000_000)}{}`)).toEqual([{}]);
  });
});
