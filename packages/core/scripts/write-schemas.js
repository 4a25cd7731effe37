// Writes the JSON Schema of each class of os-vif's object model into packages/core/schema.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import * as osVif from '../dist/os-vif.js';

const folder = new URL('../schema/', import.meta.url);
const classes = Object.entries(osVif).filter(([, each]) => each?.prototype instanceof osVif.VersionedObject);

mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) rmSync(new URL(file, folder));
for (const [name, type] of classes) {
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(osVif.jsonSchemaOf(type), null, 2)}\n`);
}
