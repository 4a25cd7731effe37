import { spawnSync } from 'node:child_process';
import { type Stats, statSync } from 'node:fs';
import { VifError } from '@vifkit/core';
import type { Argv } from '../commands/programs.js';
import { missingProgram } from '../commands/run-program.js';

/** Where `ip netns` keeps the files of namespaces that have names. */
const NAMED = '/run/netns';

const CORRECT = 'correct networkNamespace (--netns)';

/** Milliseconds for entering a namespace, which takes the kernel next to none. */
const PATIENCE = 5_000;

/**
 * Another network namespace, by its file. A thread may enter one, but Node.js has no call for it: programs do by
 * `nsenter`, which becomes the program that it is given. So process groups, signals and exit codes are the program's own.
 */
export class NamespaceFile {
  private constructor(
    readonly path: string,
    private readonly stats: Stats,
  ) {}

  /**
   * @param name the absolute path of its file, or a name that `ip netns` gave it
   * @throws VifError INVALID_OPTIONS if there is none, or this process may not enter it; COMMAND_NOT_FOUND without `nsenter`
   */
  static open(name: string): NamespaceFile {
    const path = name.includes('/') ? name : `${NAMED}/${name}`;
    const stats = statOf(path);
    if (!stats) {
      const cure = name === path ? CORRECT : `make it (ip netns add ${name}), or ${CORRECT}`;
      throw new VifError('INVALID_OPTIONS', `There is no network namespace ${path}; ${cure}`);
    }
    const file = new NamespaceFile(path, stats);
    const { error, status, stderr } = spawnSync('nsenter', file.enter(['true']).slice(1), {
      encoding: 'utf8',
      timeout: PATIENCE,
    });
    if (error && 'code' in error && error.code === 'ENOENT') throw missingProgram('nsenter', 'util-linux');
    if (status === 0) return file;
    const reason = error?.message ?? stderr.trim();
    throw new VifError('INVALID_OPTIONS', `${path} cannot be entered: ${reason}${cureFor(reason)}`);
  }

  /**
   * The kernel's number of the namespace. It is not given to another while a process of ours is in this one.
   * @throws VifError INVALID_OPTIONS once the namespace is gone, or another has its name
   */
  number(): string {
    const now = statOf(this.path);
    if (now?.ino === this.stats.ino && now.dev === this.stats.dev) return String(now.ino);
    const text = `The network namespace ${this.path} is not the one that this host was opened for; open a new one`;
    throw new VifError('INVALID_OPTIONS', text);
  }

  /**
   * What runs a program in it.
   * @throws VifError INVALID_OPTIONS as {@link number} does
   */
  enter(argv: Argv): Argv {
    this.number();
    return ['nsenter', `--net=${this.path}`, '--', ...argv];
  }
}

/** Follows what leads there, as /proc/PID/ns/net does. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function cureFor(reason: string): string {
  if (/not permitted|permission denied/i.test(reason)) return '; it takes CAP_SYS_ADMIN, as root has it';
  return /invalid argument/i.test(reason) ? `; it is no network namespace: ${CORRECT}` : '';
}
