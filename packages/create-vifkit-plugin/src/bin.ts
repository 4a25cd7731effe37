#!/usr/bin/env node
import { basename, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { type Answers, defaultsFor, type Kind, kinds } from './answers.js';
import { makePackage } from './make-package.js';

const usage = `Usage: npm create vifkit-plugin [FOLDER] [-- OPTIONS]

Makes a package with a vifkit plugin in FOLDER.

  --name NAME      the package's npm name
  --plugin NAME    the name that VIFs know the plugin by, or the VIF type of a driver
  --kind KIND      ${kinds.join(', ')}; plugin unless given
  -y, --yes        ask nothing
  -h, --help       print this
`;

const options = {
  name: { type: 'string' },
  plugin: { type: 'string' },
  kind: { type: 'string' },
  yes: { type: 'boolean', short: 'y' },
  help: { type: 'boolean', short: 'h' },
} as const;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  if (positionals.length > 1) throw new Error(`Name only one folder, not ${positionals.join(', ')}`);
  const mayAsk = !values.yes && process.stdin.isTTY === true;
  const ask = mayAsk ? asking() : undefined;
  try {
    const answer = async (question: string, given: string | undefined, fallback: string) =>
      given ?? (ask ? (await ask.question(`${question} (${fallback}): `)).trim() || fallback : fallback);
    const folder = resolve(await answer('Folder', positionals[0], 'vifkit-plugin'));
    const defaults = defaultsFor(basename(folder));
    const answers: Answers = {
      folder,
      name: await answer('Name of the package', values.name, defaults.name),
      plugin: await answer('Name of the plugin', values.plugin, defaults.plugin),
      kind: (await answer(`Kind: ${kinds.join(', ')}`, values.kind, defaults.kind)) as Kind, // checked below
    };
    const files = await makePackage(answers);
    const where = relative(process.cwd(), folder) || '.';
    const next = `  cd ${where}\n  npm install\n  npm test\n`;
    process.stdout.write(`Made ${answers.name} in ${where}: ${files.length} files. Next:\n\n${next}`);
  } finally {
    ask?.close();
  }
}

function asking() {
  return createInterface({ input: process.stdin, output: process.stdout });
}

main().catch((error: unknown) => {
  process.stderr.write(`create-vifkit-plugin: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
