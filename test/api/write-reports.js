#!/usr/bin/env node
// Writes a report for each documented entry of each published package, as it is built: the names that it exports, with their
// signatures. They go to docs/api, or to the folder that is named.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { compilerOptions, entries, root } from './entries.js';

const folder = process.argv[2] ?? join(root, 'docs/api');
const temporary = join(folder, 'tmp');
rmSync(folder, { recursive: true, force: true });
mkdirSync(temporary, { recursive: true });

const configs = entries.map(configOf);
const [first, ...others] = configs;
// All declarations are read once: that is what takes the time.
const compilerState = CompilerState.create(first, {
  additionalEntryPoints: others.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath),
});
for (const config of configs) {
  Extractor.invoke(config, { localBuild: true, compilerState, messageCallback });
}
rmSync(temporary, { recursive: true });

function configOf({ name, folder: projectFolder, declarations }) {
  const silent = { default: { logLevel: 'none' } };
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(projectFolder, 'package.json'),
    configObject: {
      projectFolder,
      mainEntryPointFilePath: declarations,
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions, files: [declarations] } },
      apiReport: {
        enabled: true,
        reportFolder: folder,
        reportTempFolder: temporary,
        reportFileName: name.replace('@vifkit/', '').replaceAll('/', '-'),
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'warning' } },
        extractorMessageReporting: silent,
        tsdocMessageReporting: silent, // TypeDoc judges the comments: see write-reference.js
      },
    },
  });
}

function messageCallback(message) {
  message.handled = true;
  if (message.category !== 'Compiler') return;
  console.error(message.formatMessageWithLocation(root));
  process.exitCode = 1;
}
