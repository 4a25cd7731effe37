import { readFileSync } from 'node:fs';

/** The text of a document, by its path from the project's root. */
export function readDocument(document: string): string {
  return readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8');
}

/** The code block of a language that a document has under a heading. */
export function codeBlock(document: string, heading: string, language: string): string {
  const text = readDocument(document);
  const start = text.indexOf(heading);
  const block = start < 0 ? undefined : codeBlocks(text.slice(start), language)[0];
  if (block === undefined) throw new Error(`${document} has no ${language} under ${heading}`);
  return block;
}

/** All code blocks of a language in a text. */
export function codeBlocks(text: string, language: string): string[] {
  const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'));
  return [...blocks].map(([, block = '']) => block);
}
