import { asVifError, isVifError, readManifest, type VersionManifest, VifError } from '@vifkit/core';
import { readSettings } from '../input/read-settings.js';

/**
 * The manifest that `--manifest` gives: JSON, or a file that has it.
 * @param timeout in milliseconds
 * @throws VifError INVALID_OPTIONS; TIMEOUT for a pipe that nobody writes to
 */
export async function readManifestOption(given: string, timeout: number): Promise<VersionManifest> {
  try {
    const isJson = given.trimStart().startsWith('{');
    return readManifest(isJson ? JSON.parse(given) : await readSettings(given, 'the manifest', timeout));
  } catch (error) {
    if (isVifError(error, 'TIMEOUT')) throw error;
    const { message } = asVifError(error, 'INVALID_OPTIONS', 'It must be JSON, or a file of JSON');
    throw new VifError('INVALID_OPTIONS', `The option --manifest is no good. ${message}`, { cause: error });
  }
}
