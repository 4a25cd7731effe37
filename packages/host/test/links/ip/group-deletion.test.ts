import type { VifError } from '@vifkit/core';
import { describe, expect, it } from 'vitest';
import { deleteLinks } from '../../../src/links/ip/group-deletion.js';

/** Links in groups, as far as deletions go. */
class Links {
  readonly groups = new Map<string, string>();
  /** Taken out of its group as soon as it is put into one, as by another process. */
  stolen: string | undefined;

  constructor(...names: string[]) {
    for (const name of names) this.groups.set(name, '0');
  }

  readonly run = async (lines: readonly string[]) => lines.map((line) => this.#runLine(line.split(' ')));

  #runLine(words: readonly string[]): string | undefined {
    const [, verb, , name = ''] = words;
    const group = words[words.indexOf('group') + 1] ?? '';
    if (words[2] === 'group') {
      for (const [member, its] of this.groups) if (its === group) this.groups.delete(member);
      return undefined;
    }
    if (!this.groups.has(name)) return `Cannot find device "${name}"`;
    if (verb === 'set') this.groups.set(name, name === this.stolen ? 'another' : group);
    if (verb === 'delete') this.groups.delete(name);
    return undefined;
  }
}

const deletionsOf = (...names: string[]) =>
  names.map((name, index) => ({ index, operation: { op: 'delete' as const, name } }));

describe('links deleted as a group', () => {
  it('are gone, and one that was gone before is no failure', async () => {
    const links = new Links('a', 'b');
    const outcomes: (VifError | undefined)[] = [];
    await deleteLinks(deletionsOf('a', 'gone', 'b'), outcomes, links.run);
    expect(outcomes.filter(Boolean)).toEqual([]);
    expect([...links.groups.keys()]).toEqual([]);
  });

  it('are deleted one by one where another process has put them into a group of its own', async () => {
    const links = new Links('a', 'b', 'c');
    links.stolen = 'b';
    const outcomes: (VifError | undefined)[] = [];
    await deleteLinks(deletionsOf('a', 'b', 'c'), outcomes, links.run);
    expect(outcomes.filter(Boolean)).toEqual([]);
    expect([...links.groups.keys()]).toEqual([]);
  });
});
