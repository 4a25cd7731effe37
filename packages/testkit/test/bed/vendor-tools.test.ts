import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeVendorTools, type VendorTools } from '../../src/bed/vendor-tools.js';

const program = 'acmectl';
let tools: VendorTools;
const path = process.env.PATH;

beforeEach(async () => {
  tools = await makeVendorTools();
});
afterEach(() => tools.close());

it('notes argument vectors as they are, in order', async () => {
  await tools.put(program);
  await tools.put('ip');
  execFileSync(program, ['add', 'a b', '', '*']);
  execFileSync('ip', ['link']);
  expect(await tools.calls()).toEqual([
    [program, 'add', 'a b', '', '*'],
    ['ip', 'link'],
  ]);
  await tools.forget();
  expect(await tools.calls()).toEqual([]);
});

it('runs the script, which has the arguments', async () => {
  await tools.put(program, 'echo "$2"; exit 3');
  await tools.put(program, 'echo "$1"');
  expect(execFileSync(program, ['one', 'two'], { encoding: 'utf8' })).toBe('one\n');
});

it('can be taken away, and leaves no trace on PATH', async () => {
  await tools.put(program);
  await tools.remove(program);
  expect(() => execFileSync(program)).toThrow(/ENOENT/);
  await tools.close();
  expect(process.env.PATH).toBe(path);
});
