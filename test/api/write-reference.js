#!/usr/bin/env node
// Writes the reference of the public API from the doc comments of what is built, as HTML, to docs/reference or the folder that
// is named. Fails where TypeDoc warns, as of a link that leads nowhere.
import { join } from 'node:path';
import { Application, Logger, LogLevel } from 'typedoc';
import ts from 'typescript';
import { compilerOptions, entries, root } from './entries.js';

class WarningsAlone extends Logger {
  addContext(message) {
    return message;
  }

  log(message, level) {
    if (level < LogLevel.Warn) return;
    console.error(message);
    process.exitCode = 1;
  }
}

const app = await Application.bootstrap({
  name: 'vifkit',
  readme: 'none',
  disableSources: true, // they are declarations, which nobody has written
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
});
app.logger = new WarningsAlone();

const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, root);
const program = ts.createProgram(
  entries.map(({ declarations }) => declarations),
  options,
);
const project = app.converter.convert(
  entries.map(({ name: displayName, declarations }) => ({
    displayName,
    program,
    sourceFile: program.getSourceFile(declarations),
  })),
);
app.validate(project);
await app.generateDocs(project, process.argv[2] ?? join(root, 'docs/reference'));
