import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { findPnpm, packOthers, packOwn } from './packing.js';
import { type Registry, startRegistry } from './registry.js';

/** A registry on the loopback interface that has this project's packages and all that they need, and a place to install. */
export interface Ground {
  readonly folder: string;
  readonly registry: Registry;
  readonly pnpm: string;
  readonly coreTarball: string;
  /** For npm and pnpm: they ask this registry alone, and leave this machine's own settings and caches be. */
  readonly env: Readonly<Record<string, string>>;
  emptyFolder(): Promise<string>;
  npm(cwd: string, ...args: readonly string[]): Promise<string>;
  end(): Promise<void>;
}

/** @param more packages that are installed here, and are served as well */
export async function prepareGround(more: readonly string[] = []): Promise<Ground> {
  await execa('ip', ['link', 'set', 'lo', 'up']);
  const folder = await mkdtemp(join(tmpdir(), 'vif-install-'));
  await mkdir(join(folder, 'own'));
  const [registry, pnpm] = await Promise.all([startRegistry(), findPnpm()]);
  const [own, others] = await Promise.all([
    packOwn(pnpm, join(folder, 'own')),
    packOthers(join(folder, 'others'), more),
  ]);
  for (const each of [...own, ...others]) await registry.publish(each);
  const env = {
    npm_config_registry: registry.url,
    npm_config_cache: join(folder, 'npm-cache'),
    npm_config_store_dir: join(folder, 'pnpm-store'),
    npm_config_userconfig: join(folder, 'npmrc'),
    npm_config_loglevel: 'error',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    HOME: folder,
  };
  const emptyFolder = () => mkdtemp(join(folder, 'project-'));
  return {
    folder,
    registry,
    pnpm,
    coreTarball: join(folder, 'own/vifkit-core-0.1.0.tgz'),
    env,
    emptyFolder,
    npm: async (cwd, ...args) => (await execa('npm', args, { cwd, env })).stdout,
    async end() {
      await registry.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The copies of core below a folder. */
export async function coresBelow(path: string): Promise<number> {
  const options = ['-path', '*/@vifkit/core/package.json', '-not', '-type', 'l'];
  const { stdout } = await execa('find', [path, ...options]);
  return stdout.split('\n').filter(Boolean).length;
}
