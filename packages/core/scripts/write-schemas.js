// Writes the JSON Schema of requests, of Nova's VIFs and of each class of os-vif's object model into packages/core/schema.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import * as core from '../dist/index.js';
import { jsonSchemaOf, networkVifSchema, requestSchema } from '../dist/schema.js';

const folder = new URL('../schema/', import.meta.url);
const classes = Object.values(core).filter((each) => each?.prototype instanceof core.VersionedObject);

mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) rmSync(new URL(file, folder));
for (const schema of [requestSchema(), networkVifSchema(), ...classes.map(jsonSchemaOf)]) {
  writeFileSync(new URL(`${schema.title}.json`, folder), `${JSON.stringify(schema, null, 2)}\n`);
}
