#!/usr/bin/env node
// Writes the components of a package, in the current folder, as CycloneDX: sbom.cdx.json there, or the file that is named.
// Run at pack time, so that it goes into the tarball.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { broughtBy, directlyNeeded, idOf, integrities, isOwn } from './published.js';

const folder = process.cwd();
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const brought = broughtBy({ folder, manifest });
const hashes = integrities();

/** A package URL: https://github.com/package-url/purl-spec. */
const purl = (id) => `pkg:npm/${id.replace(/^@/, '%40')}`;

function componentOf(type, each) {
  const integrity = hashes.get(idOf(each));
  if (!integrity && !isOwn(each.name)) throw new Error(`The lock file has no integrity of ${idOf(each)}`);
  const [group, name] = each.name.startsWith('@') ? each.name.split('/') : [undefined, each.name];
  return {
    type,
    'bom-ref': purl(idOf(each)),
    ...(group && { group }),
    name,
    version: each.version,
    ...(integrity && { hashes: [{ alg: 'SHA-512', content: hexOf(integrity) }] }),
    licenses: [{ license: { id: each.license } }],
    purl: purl(idOf(each)),
  };
}

/** Of `sha512-…` in base64. */
function hexOf(integrity) {
  return Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
}

const needs = directlyNeeded(folder, manifest).map((each) => idOf(each.manifest));
const dependencies = [{ manifest, needs }, ...brought].map((each) => ({
  ref: purl(idOf(each.manifest)),
  dependsOn: each.needs.map(purl).sort(),
}));
const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: componentOf('library', manifest) },
  components: brought.map((each) => componentOf('library', each.manifest)),
  dependencies,
};
writeFileSync(process.argv[2] ?? join(folder, 'sbom.cdx.json'), `${JSON.stringify(bom, null, 2)}\n`);
