import { describe, expect, it } from 'vitest';
import type { Input } from '../../src/requests/request.js';
import { parseRequests, RequestSplitter } from '../../src/requests/request-splitter.js';

const first = { id: 'a', vif: { id: '1', tags: [{}, []] } };
const second = { id: 'b' };

/** A request, and in place of what is none the error's code and message. */
function shown(input: Input): unknown {
  return 'request' in input ? input.request : `${input.error.code}: ${input.error.message}`;
}

function read(text: string): unknown[] {
  return parseRequests(text).map(shown);
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
      expect.stringMatching(/^INVALID_REQUEST: The request in lines 1 to 10 is not a JSON object: /),
    ]);
  });

  it('is one failure if it breaks off', () => {
    expect(read('{\n  "id": "a",\n')).toEqual([
      expect.stringMatching(/^INVALID_REQUEST: The request that begins in line 1 is not a JSON object: /),
    ]);
  });

  it('may be followed by others of any form', () => {
    const text = [JSON.stringify(first, null, 2), JSON.stringify(second, null, 2), '[{}]', '{"id": "c"}'];
    expect(read(text.join('\n'))).toEqual([first, second, {}, { id: 'c' }]);
  });
});

describe('an array', () => {
  it.each([
    ['on one line', JSON.stringify([first, second])],
    ['on many', `\n${JSON.stringify([first, second], null, 2)}\n`],
    ['on many, with CRLF', JSON.stringify([first, second], null, 2).replaceAll('\n', '\r\n')],
  ])('is read %s', (_, text) => {
    expect(read(text)).toEqual([first, second]);
  });

  it.each(['[]', '[ \n ]', '[\n]\n'])('has no request in %j', (text) => {
    expect(read(text)).toEqual([]);
  });

  it.each([
    ['42', /^INVALID_REQUEST: Element 2 of the array, up to line 1, is not a JSON object, but a number$/],
    ['[{}]', /Element 2 .* is not a JSON object, but an array$/],
    ['', /Element 2 .* is not a JSON object: ./],
    ['{} {}', /Element 2 .* is not a JSON object: ./],
    ['{"id" "x"}', /Element 2 .* is not a JSON object: ./],
  ])('has %j fail alone, with its place', (element, message) => {
    expect(read(`[${JSON.stringify(first)},${element},${JSON.stringify(second)}]`)).toEqual([
      first,
      expect.stringMatching(message),
      second,
    ]);
  });

  it('has commas and brackets in strings', () => {
    const odd = { id: '],[{"\\', vif: ['}', ','] };
    expect(read(JSON.stringify([odd, second]))).toEqual([odd, second]);
  });

  it.each([
    ['[{"id": "a"}', []],
    ['[{"id": "a"}, {"id": ', [{ id: 'a' }]],
    ['[', []],
  ])('that breaks off, as in %j, is a failure behind what was whole', (text, whole) => {
    const end = expect.stringMatching(/^INVALID_REQUEST: The array of requests has no end/);
    expect(read(text)).toEqual([...whole, end]);
  });

  it.each(['[}', '[{}}', '[{"a": 1]'])('with brackets that do not match, as in %j, is a failure', (text) => {
    expect(read(text).some((each) => /INVALID_REQUEST/.test(String(each)))).toBe(true);
  });
});

describe('in pieces', () => {
  const texts = [
    `${JSON.stringify(first)}\n${JSON.stringify(second)}\nnone\r\n\n{}`,
    JSON.stringify([first, second, 42, { id: '\\",[' }], null, 2),
    `${JSON.stringify(first, null, 2)}\n${JSON.stringify(second)}`,
    `{\n${JSON.stringify(first)}\n`,
  ];

  it.each(texts)('of any size, the same is read: %j', (text) => {
    for (let size = 1; size < 20; size++) {
      const splitter = new RequestSplitter();
      const inputs: Input[] = [];
      for (let at = 0; at < text.length; at += size) inputs.push(...splitter.push(text.slice(at, at + size)));
      inputs.push(...splitter.end());
      expect(inputs.map(shown)).toEqual(read(text));
    }
  });

  it('a request comes as soon as its line is there', () => {
    const splitter = new RequestSplitter();
    const push = (text: string) => [...splitter.push(text)].map(shown);
    expect(push(`${JSON.stringify(first)}`)).toEqual([]);
    expect(push('\n{"id":')).toEqual([first]);
    expect(push('"b"}\n')).toEqual([second]);
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

  it.each(['lines', 'an array'])('refuse an element that is too long, and read on: %s', (form) => {
    const all = [JSON.stringify(first), long, JSON.stringify(second)];
    const text = form === 'lines' ? all.join('\n') : `[${all.join(',')}]`;
    expect(read(text)).toEqual([first, expect.stringMatching(/more than 1048576 characters$/), second]);
  });

  const nested = (depth: number) => `{"id": ${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

  it('refuse what nests more than 64 deep, before it is parsed', () => {
    const refusal = expect.stringMatching(/nests more than 64 deep$/);
    expect(read(`${nested(64)}\n${nested(65)}\n{}`)).toEqual([expect.anything(), refusal, {}]);
    expect(read(`[${nested(64)},${nested(65)},{}]`)).toEqual([expect.anything(), refusal, {}]);
    expect(read(`{\n"id": ${nested(64)}\n}\n{}`)).toEqual([refusal, {}]);
    const maxDepth = '['.repeat(500_000);
    expect(read(`{"id": ${maxDepth}\n{}`)).toEqual([refusal, {}]);
    expect(read(`{}\n${maxDepth}`)).toEqual([{}, refusal]);
  });

  it('hold for the first of JSON Lines, whose mistake may be that it goes on', () => {
    const text = `{"id": \n${`${JSON.stringify(first)}\n`.repeat(30_000)}`;
    expect(read(text)).toEqual([expect.stringMatching(/Line 1 is not/), ...Array(30_000).fill(first)]);
  });

  it('are none of blank lines', () => {
    expect(read(`${'\n'.repeat(3_000_000)}{}`)).toEqual([{}]);
    expect(read(`${' '.repeat(3_000_000)}{}`)).toEqual([{}]);
  });
});
