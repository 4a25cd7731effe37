import { spawnSync } from 'node:child_process';
import { type Stats, statSync } from 'node:fs';
import { VifError } from '@vifkit/core';
import { type Argv, missingProgram } from '../commands/run-program.js';
import { codeOf } from '../kernel/error-code.js';

/** The folder where `ip netns` keeps the files of named namespaces. */
const NAMED = '/run/netns';

const CORRECT = 'correct networkNamespace (--netns)';

/** Milliseconds for entering a namespace, which takes the kernel almost no time. */
const ENTER_TIMEOUT = 5_000;

/**
 * Another network namespace, given by its file. A thread could enter it, but Node.js has no call for that: programs do
 * so through `nsenter`, which replaces itself with the program. Process groups, signals and exit codes are therefore
 * those of the program.
 */
export class NamespaceFile {
  private constructor(
    readonly path: string,
    private readonly stats: Stats,
  ) {}

  /**
   * @param name the absolute path of its file, or a name that `ip netns` gave it
   * @throws VifError INVALID_OPTIONS if it does not exist, or this process may not enter it; COMMAND_NOT_FOUND without
   *   `nsenter`
   */
  static open(name: string): NamespaceFile {
    const path = name.includes('/') ? name : `${NAMED}/${name}`;
    const stats = statOf(path);
    if (!stats) {
      const remedy = name === path ? CORRECT : `make it (ip netns add ${name}), or ${CORRECT}`;
      throw new VifError('INVALID_OPTIONS', `There is no network namespace ${path}; ${remedy}`);
    }
    const file = new NamespaceFile(path, stats);
    const { error, status, stderr } = spawnSync('nsenter', file.enter(['true']).slice(1), {
      encoding: 'utf8',
      timeout: ENTER_TIMEOUT,
    });
    if (codeOf(error) === 'ENOENT') throw missingProgram('nsenter');
    if (status === 0) return file;
    const reason = error?.message ?? stderr.trim();
    throw new VifError('INVALID_OPTIONS', `${path} cannot be entered: ${reason}${remedyFor(reason)}`);
  }

  /**
   * The kernel's number of the namespace. It is not reused while a process of ours is in the namespace.
   * @throws VifError INVALID_OPTIONS once the namespace is gone, or another has its name
   */
  number(): string {
    const now = statOf(this.path);
    if (now?.ino === this.stats.ino && now.dev === this.stats.dev) return String(now.ino);
    const text = `The network namespace ${this.path} is not the one that this host was opened for; open a new one`;
    throw new VifError('INVALID_OPTIONS', text);
  }

  /**
   * The command that runs a program in it.
   * @throws VifError INVALID_OPTIONS as {@link number} does
   */
  enter(argv: Argv): Argv {
    this.number();
    return ['nsenter', `--net=${this.path}`, '--', ...argv];
  }
}

/** Follows links, such as /proc/PID/ns/net. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function remedyFor(reason: string): string {
  if (/not permitted|permission denied/i.test(reason)) return '; this needs CAP_SYS_ADMIN, which root has';
  return /invalid argument/i.test(reason) ? `; it is not a network namespace: ${CORRECT}` : '';
}
