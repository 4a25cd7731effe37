// Writes the JSON Schemas of requests, of Nova's VIFs and of each class of os-vif's object model to
// packages/core/schema.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { schemas } from '../dist/schema.js';

const folder = new URL('../schema/', import.meta.url);

mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) rmSync(new URL(file, folder));
for (const [name, schema] of schemas()) {
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(schema(), null, 2)}\n`);
}
