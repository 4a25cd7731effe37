import { hostPrograms, type Programs } from '../commands/programs.js';
import { hostKernelFiles, type KernelFiles } from '../kernel/kernel-files.js';
import { FilesInNamespace } from './files-in-namespace.js';
import { NamespaceFile } from './namespace-file.js';
import { ProgramsInNamespace } from './programs-in-namespace.js';

/** The network namespace of a host, with access to its programs and files. */
export interface NetworkNamespace {
  readonly programs: Programs;
  readonly files: KernelFiles;
  /**
   * The kernel's number of the namespace, if it is not this process's own.
   * @throws VifError INVALID_OPTIONS once the namespace is gone, or another has its name
   */
  readonly number?: () => string;
}

const own: NetworkNamespace = { programs: hostPrograms, files: hostKernelFiles };

/** The path of this process's own sysfs. */
export const SYSFS = '/sys';

/**
 * @param name the absolute path of its file, or a name that `ip netns` gave it; this process's own by default
 * @throws VifError INVALID_OPTIONS if it does not exist, or this process may not enter it; COMMAND_NOT_FOUND without
 *   `nsenter`
 */
export function openNamespace(name: string | undefined, sysfsRoot: string): NetworkNamespace {
  if (name === undefined) return own;
  const file = NamespaceFile.open(name);
  return {
    programs: new ProgramsInNamespace(file),
    files: new FilesInNamespace(file, sysfsRoot === SYSFS ? sysfsFault(file.path) : undefined),
    number: () => file.number(),
  };
}

function sysfsFault(path: string): string {
  const remedy = `mount one for it (nsenter --net=${path} mount -t sysfs sysfs DIR), and give its path (sysfsRoot, --sysfs-root)`;
  return `/sys does not show which PCI functions have their links in the network namespace ${path}; ${remedy}`;
}
