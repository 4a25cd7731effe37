import { runProgram } from '../commands/run-program.js';

/**
 * Which links leave the checksums of what they send to a card (`tx-checksumming`), by their names; undefined where it
 * cannot be told. One process for all links there are.
 */
export async function readChecksums(signal: AbortSignal): Promise<Map<string, boolean> | undefined> {
  const argv = ['ethtool', '-k', '*'] as const;
  const { missing, exitCode, stdout } = await runProgram(argv, {
    signal,
    doing: 'reading the features of links',
  });
  if (missing || exitCode !== 0) return undefined;
  const links = new Map<string, boolean>();
  let name: string | undefined;
  for (const line of stdout.split('\n')) {
    const [, link] = /^Features for (\S+):$/.exec(line) ?? [];
    if (link !== undefined) name = link;
    else if (name !== undefined && line.startsWith('tx-checksumming:'))
      links.set(name, line.includes(': on'));
  }
  return links;
}
