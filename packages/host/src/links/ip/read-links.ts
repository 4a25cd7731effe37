import { VifError } from '@vifkit/core';
import { missingProgram } from '../../commands/missing-program.js';
import { runProgram } from '../../commands/run-program.js';
import type { LinkState } from '../link-state.js';
import { parseLinks } from './parse-links.js';

/** All links of this process's network namespace. @throws VifError COMMAND_NOT_FOUND, LINK_COMMAND_FAILED */
export async function readLinks(signal: AbortSignal): Promise<Map<string, LinkState>> {
  const argv = ['ip', '-details', '-json', 'link', 'show'] as const;
  const result = await runProgram(argv, { signal, doing: 'reading links' });
  if (result.missing) throw missingProgram('ip', 'iproute2');
  if (result.exitCode === 0) return parseLinks(result.stdout);
  const reason = result.stderr.trim() || result.ending;
  throw new VifError('LINK_COMMAND_FAILED', `\`ip\` cannot read the links: ${reason}`);
}
