import { errorCodes } from '@vifkit/core';
import { InputError } from '../requests/request.js';
import type { Environment } from '../settings/environment.js';
import type { Settings } from '../settings/settings.js';
import { nearest } from '../terminal/nearest.js';
import { styleFor } from '../terminal/output.js';
import { printable } from '../terminal/text.js';

/** What docs/errors.md says about a code. */
interface Explanation {
  readonly code: string;
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * Explains errors and what to do about them, by their codes, or lists all codes. Text that contains a code, such as the
 * line of an error, is accepted too.
 * @throws InputError for an unknown code
 */
export async function explain(
  { format }: Settings,
  { stdout, ownFile }: Environment,
  given: readonly string[],
): Promise<number> {
  const all = explanationsIn(ownFile('bundle/errors.md'));
  const found =
    given.length === 0 ? all : given.flatMap((each) => codesIn(each)).map((code) => find(all, code));
  if (format === 'json') {
    stdout.write(found.map((each) => `${JSON.stringify(each)}\n`).join(''));
    return 0;
  }
  const style = styleFor(stdout);
  const widest = Math.max(...all.map(({ code }) => code.length));
  const texts = found.map(({ code, meaning, remedy }) => {
    if (given.length === 0) return `${style('bold', code.padEnd(widest))}  ${meaning}\n`;
    return `${style('bold', code)}\n  ${meaning}.\n\n  ${remedy}\n`;
  });
  stdout.write(texts.join(given.length === 0 ? '' : '\n'));
  return 0;
}

function explanationsIn(markdown: string): Explanation[] {
  const rows = markdown.matchAll(/^\| `([A-Z_]+)` +\| (.+) \| (.+) \|$/gm);
  return [...rows].map(([, code = '', meaning = '', remedy = '']) => {
    const text = remedy.trim().replace(/\[([^\]]+)\]\([^)]+\)/g, '$1');
    return { code, meaning: meaning.trim(), remedy: text.replaceAll('`', "'") };
  });
}

/** The codes in a text: a single code, also in lower case, or those in the line of an error. */
function codesIn(text: string): string[] {
  const known = text.split(/[^A-Z_]+/).filter((word) => Object.hasOwn(errorCodes, word));
  return known.length > 0 ? known : [text.trim().toUpperCase().replaceAll('-', '_')];
}

function find(all: readonly Explanation[], code: string): Explanation {
  const found = all.find((each) => each.code === code);
  if (found) return found;
  const codes = all.map((each) => each.code);
  const near = nearest(code, codes);
  const hint = near ? `did you mean ${near}?` : 'vif explain lists all of them';
  throw new InputError(`There is no error '${printable(code)}'; ${hint}`);
}
