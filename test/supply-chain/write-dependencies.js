#!/usr/bin/env node
// Writes docs/dependencies.md, or the file that is named.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  broughtBy,
  compare,
  directlyNeeded,
  idOf,
  installedBytes,
  installScripts,
  isOwn,
  publishedPackages,
} from './published.js';

/** Those that ask for no more than to be named, or to have a change of theirs published. */
const allowedLicences = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'Python-2.0'];

const published = publishedPackages();
const others = new Map();
for (const each of published) {
  for (const brought of [{ manifest: each.manifest, needs: needsOf(each) }, ...broughtBy(each)]) {
    if (!isOwn(brought.manifest.name)) note(brought.manifest);
    for (const id of brought.needs.filter((need) => !isOwn(need))) note(id, brought.manifest.name);
  }
}

function needsOf({ folder, manifest }) {
  return directlyNeeded(folder, manifest).map((need) => idOf(need.manifest));
}

function note(manifestOrId, parent) {
  const id = typeof manifestOrId === 'string' ? manifestOrId : idOf(manifestOrId);
  const known = others.get(id) ?? { id, parents: new Set() };
  if (typeof manifestOrId !== 'string') known.manifest = manifestOrId;
  if (parent) known.parents.add(parent);
  others.set(id, known);
}

const rows = [...others.values()].sort((one, other) => compare(one.id, other.id));
const refused = rows.filter(({ manifest }) => !allowedLicences.includes(manifest.license));
if (refused.length > 0) {
  console.error(
    `Licences that are not allowed: ${refused.map(({ id, manifest }) => `${id} (${manifest.license})`)}`,
  );
  process.exit(1);
}

const ownTable = table(
  ['package', 'third-party packages that it names', 'in all', 'installed along'],
  published.map((each) => [
    `\`${each.manifest.name}\``,
    needsOf(each)
      .filter((id) => !isOwn(id))
      .map(nameIn)
      .sort(compare)
      .join(', ') || 'none',
    String(broughtBy(each).filter(({ manifest }) => !isOwn(manifest.name)).length),
    `${(installedBytes(each) / 1e6).toFixed(1)} MB`,
  ]),
);
const othersTable = table(
  ['package', 'version', 'licence', 'install scripts', 'maintainers', 'needed by'],
  rows.map(({ manifest, parents }) => [
    `\`${manifest.name}\``,
    manifest.version,
    manifest.license,
    installScripts(manifest).join(', ') || 'none',
    manifest.maintainers?.length ? String(manifest.maintainers.length) : 'not told',
    [...parents].sort(compare).join(', '),
  ]),
);

function nameIn(id) {
  return id.slice(0, id.lastIndexOf('@'));
}

/** As wide as its widest cells. */
function table(head, body) {
  const widths = head.map((_, i) => Math.max(...[head, ...body].map((row) => row[i].length)));
  const line = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

const text = `# Dependencies

What the packages of this project bring to those who install them. Written by \`npm run docs:dependencies\` from what the
lock file installs; a test compares. Every licence has to be one of:
${allowedLicences.join(', ')}.

The tarball of each package has its components as \`sbom.cdx.json\` (CycloneDX 1.6), with the hashes of the lock file. What
runs in \`vif\` is in its bundle, too: the same versions. \`@vifkit/core\` has the part of class-validator that it uses as a
bundle, and so nobody installs the phone numbers of all countries (libphonenumber-js, 11 MB) for it. What is installed along is
what the packages of others take on disk; what is in a bundle counts for nothing there.

## Packages of this project

${ownTable}

## Packages of others

Maintainers are counted where a package's own file tells them; most leave that to the registry.

${othersTable}
`;
writeFileSync(process.argv[2] ?? fileURLToPath(new URL('../../docs/dependencies.md', import.meta.url)), text);
