import { readFileSync } from 'node:fs';

/** The code block of a language that a document has under a heading. */
export function codeBlock(document: string, heading: string, language: string): string {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8');
  const section = text.slice(text.indexOf(heading));
  const block = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(section)?.[1];
  if (block === undefined) throw new Error(`${document} has no ${language} under ${heading}`);
  return block;
}
