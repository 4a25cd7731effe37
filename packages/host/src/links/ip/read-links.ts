import { signalError, VifError } from '@vifkit/core';
import { execa } from 'execa';
import { missingProgram } from '../../commands/missing-program.js';
import type { LinkState } from '../link-state.js';
import { parseLinks } from './parse-links.js';

/** All links of this process's network namespace. @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED */
export async function readLinks(signal: AbortSignal): Promise<Map<string, LinkState>> {
  const result = await execa('ip', ['-details', '-json', 'link', 'show'], {
    reject: false,
    cancelSignal: signal,
    maxBuffer: 512 * 1024 * 1024,
  });
  if (signal.aborted) throw signalError(signal, 'reading links');
  if (result.code === 'ENOENT') throw missingProgram('ip', 'iproute2', result);
  if (result.failed) {
    throw new VifError('LINK_COMMAND_FAILED', `\`ip\` cannot read the links: ${result.stderr}`, {
      cause: result,
    });
  }
  return parseLinks(result.stdout);
}
