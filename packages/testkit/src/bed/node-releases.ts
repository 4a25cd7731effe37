import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The first supported release, and the newest ones of the other supported lines. */
const RELEASES = ['20.19', '22', '24'];

/** npm's registry has the programs, as packages that run nothing at install. */
const PACKAGE = `node-linux-${process.arch}`;

/**
 * The programs of the supported releases of Node.js, by release, the one that runs first. They are in
 * `vifkit-node-cache` below XDG_CACHE_HOME, otherwise below the system's directory for temporary files.
 * @throws Error if {@link fetchNodeReleases} did not fetch them before
 */
export function nodeReleases(): ReadonlyMap<string, string> {
  const programs = RELEASES.map((release) => [release, programOf(release)] as const);
  const missing = programs.find(([, program]) => !existsSync(program));
  if (missing) throw new Error(`Node.js ${missing[0]} was not fetched: run the tests by test/run.js`);
  return new Map([[process.versions.node, process.execPath], ...programs]);
}

/**
 * Fetches the releases that are not there yet.
 * @throws Error with npm's error message
 */
export async function fetchNodeReleases(): Promise<void> {
  for (const release of RELEASES) {
    if (!existsSync(programOf(release))) await fetchRelease(release);
  }
}

async function fetchRelease(release: string): Promise<void> {
  await mkdir(cache(), { recursive: true });
  const draft = await mkdtemp(join(cache(), 'new-'));
  try {
    await writeFile(join(draft, 'package.json'), '{"private":true}');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await run('npm', ['install', ...flags, `${PACKAGE}@${release}`], { cwd: draft });
    await rename(draft, join(cache(), release)).catch((error: unknown) => {
      if (!existsSync(programOf(release))) throw error; // another process has fetched it meanwhile
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const cache = () => join(process.env.XDG_CACHE_HOME ?? tmpdir(), 'vifkit-node-cache');

const programOf = (release: string) => join(cache(), release, 'node_modules', PACKAGE, 'bin/node');
