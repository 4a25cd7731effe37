import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Answers, problemWith } from './answers.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Writes a package to a folder that does not exist or is empty.
 * @returns the paths of its files, relative to the folder
 * @throws Error for invalid answers, and for a folder that is not empty
 */
export async function makePackage(answers: Answers): Promise<string[]> {
  const problem = problemWith(answers);
  if (problem !== undefined) throw new Error(problem);
  await requireEmpty(answers.folder);
  const words = await wordsFor(answers);
  const folders = answers.kind === 'converter' ? ['all', 'plugin', 'converter'] : ['all', answers.kind];
  const files = new Map<string, string>(); // files of a later folder replace those of an earlier one
  for (const folder of folders) await collect(join(root, 'template', folder), '', files);
  for (const [path, text] of files) {
    const target = join(answers.folder, filled(path, words));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, filled(text, words), { flag: 'wx' });
  }
  return [...files.keys()].map((path) => filled(path, words)).sort();
}

async function requireEmpty(folder: string): Promise<void> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new Error(`${folder} cannot be used: ${error.message}`, { cause: error });
  });
  if (found.length > 0) throw new Error(`${folder} is not empty; name an empty or a new folder`);
}

/** npm omits or interprets files with these names anywhere in a package. */
const realNames: Readonly<Record<string, string>> = {
  _gitignore: '.gitignore',
  '_package.json': 'package.json',
  _github: '.github',
};

async function collect(folder: string, path: string, files: Map<string, string>): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const name = join(path, realNames[entry.name] ?? entry.name);
    const source = join(folder, entry.name);
    if (entry.isDirectory()) await collect(source, name, files);
    else files.set(name, await readFile(source, 'utf8'));
  }
}

/** The placeholders in the templates, and the answers that replace them. */
async function wordsFor({ name, plugin, kind }: Answers): Promise<ReadonlyMap<string, string>> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const type = plugin.replaceAll(/(^|_)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
  const declared = {
    plugin: [{ role: 'plugin', name: plugin }],
    converter: [
      { role: 'plugin', name: plugin },
      { role: 'converter', type: plugin },
    ],
    driver: [{ role: 'driver', type: plugin }],
  };
  return new Map([
    ['__PACKAGE__', name],
    ['__PLUGIN__', plugin],
    ['__VARIABLE__', plugin.toUpperCase()],
    ['__CLASS__', type],
    ['__VERSION__', `^${version}`],
    ['__PROVIDES__', JSON.stringify(declared[kind])],
  ]);
}

function filled(text: string, words: ReadonlyMap<string, string>): string {
  return text.replaceAll(/__[A-Z]+__/g, (word) => words.get(word) ?? word);
}
