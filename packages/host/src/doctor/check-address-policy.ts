import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExaminedHost, Lack } from './lack.js';

/**
 * The folders of systemd's link files: etc before run before usr. A file hides those of the same name in later folders.
 */
export const LINK_FOLDERS = ['/etc', '/run', '/usr/local/lib', '/usr/lib', '/lib'].map(
  (root) => `${root}/systemd/network`,
);

/** Examples of the names of bridges and taps that plugs make. */
const made = ['brq0a1b2c3d-4e', 'tap0a1b2c3d-4e'];

/**
 * Checks whether udev assigns its own addresses to new bridges and taps, because of `MACAddressPolicy=persistent`, the
 * default of systemd since release 242. udev does so after the link is made, and therefore sometimes after the plug has
 * set the address.
 */
export async function checkAddressPolicy({
  linkFolders = [],
  runFolder = '/run',
}: ExaminedHost): Promise<Lack | undefined> {
  if (linkFolders.length === 0 || !existsSync(join(runFolder, 'udev/control'))) return undefined;
  const files = await linkFiles(linkFolders);
  const policies = made.map((name) => files.find((file) => isFor(file, name))?.policy);
  if (!policies.includes('persistent')) return undefined;
  return {
    problem: 'udev assigns its own MAC addresses to new bridges and taps (MACAddressPolicy=persistent)',
    remedy:
      'a file /etc/systemd/network/10-vifkit.link with OriginalName=brq* qbr* qvb* qvo* tap* below [Match] and MACAddressPolicy=none below [Link] leaves them alone',
    isWarning: true,
  };
}

/**
 * The policy in a file for links that are matched by name; the names are undefined if the file matches only other
 * links.
 */
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
    // Its other match criteria cannot match a link that is just being made.
    else if (section === 'Match' && key !== undefined) return { names: undefined, policy: undefined };
    else if (section === 'Link' && key === 'MACAddressPolicy') policy = value;
  }
  return { names, policy };
}

function isFor({ names }: LinkFile, name: string): boolean {
  return names?.some((pattern) => asExpression(pattern).test(name)) ?? false;
}

/** A regular expression for a shell pattern. */
function asExpression(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
