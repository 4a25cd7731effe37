import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExaminedHost, Lack } from './lack.js';

/** systemd's settings for links: etc before run before usr. A file hides those of its name in the folders behind. */
export const LINK_FOLDERS = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'].map(
  (root) => `${root}/systemd/network`,
);

/** Names of a Linux bridge and of a tap that plugs make. */
const made = ['brq0a1b2c3d-4e', 'tap0a1b2c3d-4e'];

/**
 * Whether udev gives new bridges and taps an address of its own, by `MACAddressPolicy=persistent`, which is systemd's default
 * since release 242. It comes after the link is made, and so sometimes after the address that the plug gives it.
 */
export async function checkAddressPolicy({
  linkFolders = [],
  runFolder = '/run',
}: ExaminedHost): Promise<Lack | undefined> {
  if (linkFolders.length === 0 || !(await exists(join(runFolder, 'udev/control')))) return undefined;
  const files = await linkFiles(linkFolders);
  const policies = made.map((name) => files.find((file) => isFor(file, name))?.policy);
  if (!policies.includes('persistent')) return undefined;
  return {
    problem: 'udev gives new bridges and taps a MAC address of its own (MACAddressPolicy=persistent)',
    remedy:
      'a file /etc/systemd/network/10-vifkit.link with OriginalName=brq* qbr* qvb* qvo* tap* below [Match] and MACAddressPolicy=none below [Link] leaves them alone',
    isWarning: true,
  };
}

/** What a file says of links that are known by their names; undefined names are for others alone. */
interface LinkFile {
  readonly names: readonly string[] | undefined;
  readonly policy: string | undefined;
}

async function linkFiles(folders: readonly string[]): Promise<LinkFile[]> {
  const paths = new Map<string, string>();
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names) {
      if (name.endsWith('.link') && !paths.has(name)) paths.set(name, join(folder, name));
    }
  }
  const sorted = [...paths].sort(([a], [b]) => (a < b ? -1 : 1));
  return Promise.all(sorted.map(async ([, path]) => parse(await readFile(path, 'utf8').catch(() => ''))));
}

function parse(text: string): LinkFile {
  let section = '';
  let names: string[] | undefined;
  let policy: string | undefined;
  for (const line of text.split('\n').map((each) => each.trim())) {
    const [, title] = /^\[(\w+)\]$/.exec(line) ?? [];
    const [, key, value = ''] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (title !== undefined) section = title;
    else if (section === 'Match' && key === 'OriginalName') names = value.split(/\s+/);
    // By what else it matches, no link that is just being made is known.
    else if (section === 'Match' && key !== undefined) return { names: undefined, policy: undefined };
    else if (section === 'Link' && key === 'MACAddressPolicy') policy = value;
  }
  return { names, policy };
}

function isFor({ names }: LinkFile, name: string): boolean {
  return names?.some((pattern) => asExpression(pattern).test(name)) ?? false;
}

/** A shell's pattern. */
function asExpression(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
