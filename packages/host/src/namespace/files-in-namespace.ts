import { spawnSync } from 'node:child_process';
import { VifError } from '@vifkit/core';
import { requireDescriptors } from '../commands/descriptors.js';
import { type Argv } from '../commands/run-program.js';
import { hostKernelFiles, type KernelFiles } from '../kernel/kernel-files.js';
import type { NamespaceFile } from './namespace-file.js';

/** The maximum number of paths for one process: the kernel limits the length of a command line. */
const MAX_PATHS = 5_000;

/** The maximum output in bytes: many times the size of the settings of ten thousand links. */
const MAX_OUTPUT = 64 * 1024 * 1024;

/** Milliseconds for a process that reads a few in-memory files. */
const READ_TIMEOUT = 10_000;

/**
 * The files of another network namespace. /proc/sys/net shows each process those of its own namespace, no matter which
 * /proc is used: so they are read by a short-lived process inside the namespace, one for all concurrent requests.
 * Settings are written with `tee`.
 */
export class FilesInNamespace implements KernelFiles {
  /** @param sysfsFault why sysfs does not show the links of this namespace; undefined if it does */
  constructor(
    private readonly namespace: NamespaceFile,
    private readonly sysfsFault: string | undefined,
  ) {}

  existing(paths: readonly string[]): readonly string[] {
    return this.#linesAbout(paths, ['ls', '-d', '--']);
  }

  entries(path: string): readonly string[] {
    return this.#linesAbout([path], ['ls', '-A', '--']);
  }

  settings(paths: readonly string[]): ReadonlyMap<string, string> {
    // Each line is the path and the text: the kernel does not allow a colon in the name of a link.
    const lines = this.#linesAbout(paths, ['grep', '-sH', '', '--']);
    return new Map(
      lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    );
  }

  async text(path: string): Promise<string> {
    if (path.startsWith('/proc/')) return this.#output(['cat', '--', path]).trim();
    return this.#sysfs().text(path);
  }

  async names(path: string): Promise<string[]> {
    return this.#sysfs().names(path);
  }

  async target(path: string): Promise<string | undefined> {
    return this.#sysfs().target(path);
  }

  async resolve(path: string): Promise<string | undefined> {
    return this.#sysfs().resolve(path);
  }

  /** It shows every process the links of the namespace that it was mounted in. */
  #sysfs(): KernelFiles {
    if (this.sysfsFault === undefined) return hostKernelFiles;
    throw new VifError('PCI_DEVICE_NOT_FOUND', this.sysfsFault);
  }

  /** What a program prints about paths. It skips those that do not exist. */
  #linesAbout(paths: readonly string[], argv: Argv): string[] {
    const lines: string[] = [];
    for (let from = 0; from < paths.length; from += MAX_PATHS) {
      const text = this.#output([...argv, ...paths.slice(from, from + MAX_PATHS)]);
      lines.push(...text.split('\n').filter((line) => line !== ''));
    }
    return lines;
  }

  /** Synchronous, like the reading of the kernel's files. */
  #output(argv: Argv): string {
    requireDescriptors('nsenter');
    const [program, ...args] = this.namespace.enter(argv);
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      encoding: 'utf8',
      maxBuffer: MAX_OUTPUT,
      timeout: READ_TIMEOUT,
    });
    if (status !== null && !stderr.startsWith('nsenter: ')) return stdout;
    const reason = error?.message ?? stderr.trim();
    const text = `The links of ${this.namespace.path} cannot be read: ${reason || `\`${argv[0]}\` was ended`}`;
    throw new VifError('LINK_COMMAND_FAILED', text, { cause: error });
  }
}
