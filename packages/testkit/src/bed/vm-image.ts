import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { DebianPackages } from './debian-packages.js';
import { AGENT, INIT } from './vm-guest.js';

const run = promisify(execFile);

/** What it takes to boot Debian's kernel. */
export interface VmImage {
  readonly kernel: string;
  readonly initramfs: string;
  /** The folder of the kernel's modules. */
  readonly modules: string;
}

/** What the guest needs before it can load the others from the share. */
const EARLY_MODULES = ['virtio_pci', 'virtio_console', '9pnet_virtio', '9p', 'overlay'];

/** The folder with Debian's kernel and busybox. */
export function kernelPackages(packages: DebianPackages): Promise<string> {
  const names = async () => [await packages.dependencyOf('linux-image-amd64'), 'busybox-static'];
  return packages.unpacked('kernel', names);
}

/** Makes an initramfs in a folder; the kernel and busybox come from Debian. */
export async function makeImage(folder: string, packages: DebianPackages): Promise<VmImage> {
  const debian = await kernelPackages(packages);
  const busybox = join(debian, 'bin/busybox');
  const boot = await readdir(join(debian, 'boot'));
  const kernel = boot.find((name) => name.startsWith('vmlinuz-')) ?? '';
  const release = kernel.slice('vmlinuz-'.length);
  const modules = join(debian, 'lib/modules', release);
  await run('depmod', ['--basedir', debian, release], {
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });

  const root = join(folder, 'initramfs');
  await mkdir(join(root, 'bin'), { recursive: true });
  await copyFile(busybox, join(root, 'bin/busybox'));
  const early = withDependencies(await readFile(join(modules, 'modules.dep'), 'utf8'), EARLY_MODULES);
  for (const module of early) await copyFile(join(modules, module), join(root, basename(module)));
  await writeFile(join(root, 'load-order'), early.map((module) => `${basename(module)}\n`).join(''));
  await writeFile(join(root, 'agent'), AGENT);
  await writeFile(join(root, 'init'), INIT);
  await chmod(join(root, 'init'), 0o755);
  const initramfs = join(folder, 'initramfs.cpio');
  const pack = 'cd "$1" && "$2" find . | "$2" cpio -o -H newc >"$3"';
  await run('sh', ['-c', pack, 'sh', root, busybox, initramfs]);
  return { kernel: join(debian, 'boot', kernel), initramfs, modules };
}

/** The files of modules with all that they need, in load order; `modules.dep` has the nearest need first. */
function withDependencies(modulesDep: string, names: readonly string[]): string[] {
  const lines = modulesDep.split('\n').map((line) => line.split(/:? +|:$/).filter(Boolean));
  const files = names.flatMap((name) => {
    const line = lines.find(([file = '']) => basename(file, '.ko') === name);
    if (!line) throw new Error(`The kernel has no module ${name}`);
    return line.reverse();
  });
  return [...new Set(files)];
}
