import { readFile } from 'node:fs/promises';
import { asVifError, readManifest, type VersionManifest, VifError } from '@vifkit/core';

/**
 * The manifest that `--manifest` gives: JSON, or a file that has it.
 * @throws VifError INVALID_OPTIONS
 */
export async function readManifestOption(given: string): Promise<VersionManifest> {
  try {
    const json = given.trimStart().startsWith('{') ? given : await readFile(given, 'utf8');
    return readManifest(JSON.parse(json));
  } catch (error) {
    const { message } = asVifError(error, 'INVALID_OPTIONS', 'It must be JSON, or a file of JSON');
    throw new VifError('INVALID_OPTIONS', `The option --manifest is no good. ${message}`, { cause: error });
  }
}
