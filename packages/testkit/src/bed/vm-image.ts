import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { DebianPackages } from './debian-packages.js';

const run = promisify(execFile);

/** What it takes to boot Debian's kernel. */
export interface VmImage {
  readonly kernel: string;
  readonly initramfs: string;
  /** The folder of the kernel's modules. */
  readonly modules: string;
}

/** What is in an initramfs, besides busybox at /bin/busybox. */
export interface InitramfsContents {
  /** The first program, for busybox's shell. */
  readonly init: string;
  /**
   * Modules of the kernel. They are put into the root folder with all that they need; the file /load-order names
   * them in the order in which `insmod` takes them.
   */
  readonly modules: readonly string[];
  /** Further files of the root folder, by name. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The folder with Debian's kernel and busybox. */
function kernelPackages(packages: DebianPackages): Promise<string> {
  const names = async () => [await packages.dependencyOf('linux-image-amd64'), 'busybox-static'];
  return packages.unpacked('kernel', names);
}

/**
 * The kernel as an ELF file, which QEMU boots by its PVH entry. Debian's own file unpacks itself at each boot, and that
 * takes a processor without KVM as long as all the rest.
 * @throws Error where Debian's file is packed by another program than xz
 */
export async function unpackedKernel(packages: DebianPackages): Promise<string> {
  const boot = join(await kernelPackages(packages), 'boot');
  return packages.made('vmlinux', async (work) => {
    const packed = await readFile(join(boot, `vmlinuz-${await kernelRelease(boot)}`));
    // The setup header of Documentation/arch/x86/boot.rst: the length of the setup code in sectors, one less than
    // there are; where the payload begins behind it; and the payload's length, with 4 bytes that xz does not know.
    const [sectors, offset, length] = [packed[497] ?? 0, packed.readUInt32LE(584), packed.readUInt32LE(588)];
    const start = (sectors + 1) * 512 + offset;
    const [archive, kernel] = [join(work, 'vmlinux.xz'), join(work, 'vmlinux')];
    await writeFile(archive, packed.subarray(start, start + length - 4));
    await run('xz', ['--decompress', archive]);
    await chmod(kernel, 0o644);
    return kernel;
  });
}

/** Makes an initramfs in a folder; the kernel and busybox come from Debian. */
export async function makeImage(
  folder: string,
  packages: DebianPackages,
  { init, modules: wanted, files = {} }: InitramfsContents,
): Promise<VmImage> {
  const debian = await kernelPackages(packages);
  const busybox = join(debian, 'bin/busybox');
  const release = await kernelRelease(join(debian, 'boot'));
  const modules = join(debian, 'lib/modules', release);
  await run('depmod', ['--basedir', debian, release], {
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });

  const root = join(folder, 'initramfs');
  await mkdir(join(root, 'bin'), { recursive: true });
  await copyFile(busybox, join(root, 'bin/busybox'));
  const early = withDependencies(await readFile(join(modules, 'modules.dep'), 'utf8'), wanted);
  for (const module of early) await copyFile(join(modules, module), join(root, basename(module)));
  await writeFile(join(root, 'load-order'), early.map((module) => `${basename(module)}\n`).join(''));
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  await writeFile(join(root, 'init'), init);
  await chmod(join(root, 'init'), 0o755);
  const initramfs = join(folder, 'initramfs.cpio');
  const pack = 'cd "$1" && "$2" find . | "$2" cpio -o -H newc >"$3"';
  await run('sh', ['-c', pack, 'sh', root, busybox, initramfs]);
  return { kernel: await unpackedKernel(packages), initramfs, modules };
}

async function kernelRelease(boot: string): Promise<string> {
  const kernel = (await readdir(boot)).find((name) => name.startsWith('vmlinuz-')) ?? '';
  return kernel.slice('vmlinuz-'.length);
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
