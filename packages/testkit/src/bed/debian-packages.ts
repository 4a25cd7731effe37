import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Debian packages that are unpacked into a cache, and never installed. The cache is `vifkit-vm-cache` below
 * XDG_CACHE_HOME, otherwise below the system's directory for temporary files; nothing in it is ever updated.
 */
export class DebianPackages {
  readonly #cache: string;

  constructor(cache = join(process.env.XDG_CACHE_HOME ?? tmpdir(), 'vifkit-vm-cache')) {
    this.#cache = cache;
  }

  /**
   * The folder in which these packages are unpacked; they are downloaded the first time.
   * @throws Error with apt's error message, or if it knows no mirror of this release
   */
  unpacked(name: string, packages: () => Promise<readonly string[]>): Promise<string> {
    return this.made(name, async (work) => {
      const tree = join(work, 'tree');
      await mkdir(tree);
      const env = await this.#aptEnv();
      // By default, apt would take a package from the backports only if the release has none.
      const preferred = ['--target-release', '*-backports'];
      await run('apt-get', ['download', ...preferred, ...(await packages())], { cwd: work, env });
      const archives = (await readdir(work)).filter((file) => file.endsWith('.deb'));
      for (const archive of archives) await run('dpkg', ['-x', archive, tree], { cwd: work });
      return tree;
    });
  }

  /**
   * The item with this name in the cache; it is made the first time.
   * @param make gets a working folder, and returns the path in it of what to keep
   */
  async made(name: string, make: (work: string) => Promise<string>): Promise<string> {
    const kept = join(this.#cache, name);
    if (await exists(kept)) return kept;
    await mkdir(this.#cache, { recursive: true });
    const work = await mkdtemp(join(this.#cache, `${name}-`));
    try {
      const result = await make(work);
      await rename(result, kept).catch((error) => exists(kept).then((isThere) => isThere || fail(error)));
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    return kept;
  }

  /** The package that a metapackage refers to: for `linux-image-amd64`, the newest kernel. */
  async dependencyOf(name: string): Promise<string> {
    const { stdout } = await run('apt-cache', ['depends', '--important', name], {
      env: await this.#aptEnv(),
    });
    const [, dependency] = /Depends: (\S+)/.exec(stdout) ?? [];
    return dependency ?? fail(new Error(`apt knows no package ${name}`));
  }

  /**
   * Our own package lists, from the mirror that the machine uses: its own may be missing or old, or lack the backports.
   */
  async #aptEnv(): Promise<NodeJS.ProcessEnv> {
    const folder = join(this.#cache, 'apt');
    const env = { ...process.env, APT_CONFIG: join(folder, 'apt.conf') };
    if (await exists(env.APT_CONFIG)) return env;
    await mkdir(join(folder, 'lists/partial'), { recursive: true });
    await mkdir(join(folder, 'archives/partial'), { recursive: true });
    const [, release] = /^VERSION_CODENAME=(\w+)/m.exec(await readFile('/etc/os-release', 'utf8')) ?? [];
    const filter = ['Created-By: Packages', `Release: ${release}`, 'Component: main'];
    const { stdout } = await run('apt-get', ['indextargets', '--format', '$(SITE)', ...filter]);
    const [mirror] = stdout.split('\n');
    if (!release || !mirror) throw new Error('apt knows no Debian mirror on this machine');
    const suites = [release, `${release}-backports`];
    const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
    await writeFile(
      join(folder, 'sources'),
      suites.map((suite) => `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`).join(''),
    );
    const config = join(folder, 'new.conf');
    await writeFile(
      config,
      `Dir::Etc::SourceList "${folder}/sources";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "${folder}/lists";
Dir::Cache "${folder}";
APT::Sandbox::User "root";
Acquire::Languages "none";
`,
    );
    await run('apt-get', ['--quiet', 'update'], { env: { ...process.env, APT_CONFIG: config } });
    await rename(config, env.APT_CONFIG);
    return env;
  }
}

function fail(error: unknown): never {
  throw error;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
