import { VifError } from '@vifkit/core';
import type { FormerLink, LinkState } from './link-state.js';
import type { LinkOperation, LinkTable } from './link-table.js';

/**
 * Gives links that were made again what else they had.
 * @returns the errors that say what cannot be restored, by link
 */
export async function completeLinks(
  links: readonly LinkState[],
  table: LinkTable,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, VifError>> {
  const formers = new Map(links.flatMap(({ name, former }) => (former ? [[name, former] as const] : [])));
  if (formers.size === 0) return new Map();
  let present = await table.readFormer([...formers.keys()], signal);
  // Twice: what a link is as a member of a bridge can be set only once it is one.
  for (let round = 0; round < 2; round++) {
    const operations = [...present].flatMap(([name, now]) => completing(name, formers.get(name) ?? now, now));
    if (operations.length === 0) break;
    await table.write(operations, signal);
    present = await table.readFormer([...formers.keys()], signal);
  }
  return new Map(
    [...present].flatMap(([name, now]) => {
      const lost = lacking(formers.get(name) ?? now, now);
      if (lost.length === 0) return [];
      const text = `Link ${name} was made again, but this cannot be restored: ${lost.join('; ')}`;
      return [[name, new VifError('LINK_COMMAND_FAILED', text)]];
    }),
  );
}

/** The operations that give a link that was made again what it lacks. */
function completing(name: string, former: FormerLink, now: FormerLink): LinkOperation[] {
  const names = former.alternativeNames.filter((each) => !now.alternativeNames.includes(each));
  const settings = differing(former.settings, now.settings);
  const words = differing(former.words, now.words);
  const lacksSome = [names, Object.keys(settings), Object.keys(words)].some(({ length }) => length > 0);
  const members = Object.entries(former.members).flatMap(([member, its]): LinkOperation[] => {
    const found = now.members[member];
    if (!found) return [{ op: 'set', name: member, attributes: { master: name } }];
    const words = differing(its, found);
    if (Object.keys(words).length === 0) return [];
    return [{ op: 'complete', name: member, names: [], settings: {}, words }];
  });
  return [...(lacksSome ? [{ op: 'complete', name, names, settings, words } as const] : []), ...members];
}

/** What a link that was made again lacks. */
function lacking(former: FormerLink, now: FormerLink): string[] {
  const names = former.alternativeNames.filter((each) => !now.alternativeNames.includes(each));
  const members = Object.entries(former.members).flatMap(([member, words]) => {
    const found = now.members[member];
    if (!found) return [`its member ${member}`];
    return textsOf(differing(words, found)).map((text) => `${text} of its member ${member}`);
  });
  return [
    ...names.map((each) => `its name ${each}`),
    ...textsOf(differing(former.settings, now.settings)),
    ...textsOf(differing(former.words, now.words)),
    ...textsOf(differing(former.others, now.others)),
    ...members,
  ];
}

function textsOf(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([what, value]) => `${what} ${value}`);
}

function differing(
  former: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(former).filter(([key, value]) => now[key] !== value));
}
