#!/usr/bin/env node
// Committed, unlike what it imports: package managers link a bin at install, before anything is built.
import { statSync } from 'node:fs';

/** When a file was written; 0 if it is not there. */
const written = (path) => statSync(new URL(path, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0;

// The bundle loads faster than the modules that it is made of, but `tsc -b` alone leaves it behind them. The compiler
// writes the build information whenever one of them changes, those of other packages included; nobody publishes it.
const bundle = written('../bundle/main.js');
const isUsable = bundle > 0 && bundle >= written('../tsconfig.tsbuildinfo');
await (isUsable ? import('../bundle/main.js') : import('../dist/main.js'));
