import { VifError } from '@vifkit/core';
import { hostPrograms } from '../../commands/programs.js';
import { hostKernelFiles, type KernelFiles } from '../../kernel/kernel-files.js';
import type { LinkChange } from '../link-table.js';

/** Settings of a link that netlink does not offer: files below /proc/sys/net. */
type Settings = Pick<LinkChange, 'ipv6' | 'arpIgnore' | 'arpAnnounce'>;

/** The settings that a link is to have. */
export interface WantedSettings {
  readonly name: string;
  readonly settings: Settings;
}

/** One file to write, for the link at a place in the list of those wanted. */
interface Writing {
  readonly index: number;
  readonly path: string;
  readonly value: number;
}

/** What is wrong with each file that could not be written. */
type Failures = ReadonlyMap<Writing, Error>;

const ROOT = '/proc/sys/net';

/** The most files for one `tee`: the kernel bounds a command line, and sudo logs it. */
const MOST_FILES = 500;

const files = {
  ipv6: (name: string) => `${ROOT}/ipv6/conf/${name}/disable_ipv6`,
  arpIgnore: (name: string) => `${ROOT}/ipv4/conf/${name}/arp_ignore`,
  arpAnnounce: (name: string) => `${ROOT}/ipv4/conf/${name}/arp_announce`,
};

/** The settings of a link that exist on this kernel. */
export function readSettings(name: string, kernel: KernelFiles = hostKernelFiles): Settings {
  const ipv6 = readNumber(files.ipv6(name), kernel);
  const arpIgnore = readNumber(files.arpIgnore(name), kernel);
  const arpAnnounce = readNumber(files.arpAnnounce(name), kernel);
  return {
    ...(ipv6 !== undefined && { ipv6: ipv6 === 0 }),
    ...(arpIgnore !== undefined && { arpIgnore }),
    ...(arpAnnounce !== undefined && { arpAnnounce }),
  };
}

/** Undefined if there is no such link, or a kernel without IPv6. */
function readNumber(path: string, kernel: KernelFiles): number | undefined {
  const text = kernel.setting(path);
  return text === undefined ? undefined : Number(text);
}

/**
 * Writes settings of links: directly, or with a root helper by one `tee` for all files that get the same value. A new
 * link has its settings of `default`: it may be right from the start, and then it is no failure that a container cannot
 * write below /proc/sys. One outcome a link.
 * @throws VifError TIMEOUT, ABORTED; `tee` is ended then
 */
export async function writeSettings(
  wanted: readonly WantedSettings[],
  rootHelper: readonly string[],
  signal: AbortSignal,
  kernel: KernelFiles = hostKernelFiles,
): Promise<(VifError | undefined)[]> {
  const writings = wanted.flatMap((each, index) => writingsFor(each, index, kernel));
  const isWrong = ({ path, value }: Writing) => readNumber(path, kernel) !== value;
  const outcomes: (VifError | undefined)[] = wanted.map(() => undefined);
  // To write a setting takes less time than to read it; to start a process takes more.
  const failures = await (rootHelper.length === 0
    ? writeDirectly(writings, kernel, signal)
    : writeByTee(writings.filter(isWrong), rootHelper, signal));
  for (const [writing, cause] of failures) {
    if (!isWrong(writing)) continue;
    const { index, path, value } = writing;
    outcomes[index] ??= new VifError(
      'LINK_COMMAND_FAILED',
      `${path} cannot be set to ${value}: ${cause.message}${cureFor(cause, path)}`,
      { cause },
    );
  }
  return outcomes;
}

/** What helps in a container, whose /proc/sys is mounted read-only. */
function cureFor({ message }: Error, path: string): string {
  if (!/EROFS|read-only file system/i.test(message)) return '';
  const setting = path.slice('/proc/sys/'.length).split('/').with(3, 'default').join('.');
  return `; mount /proc/sys writable, or have ${setting} set where the container is made: new links have its value`;
}

function writingsFor({ name, settings }: WantedSettings, index: number, kernel: KernelFiles): Writing[] {
  const { ipv6, arpIgnore, arpAnnounce } = settings;
  const writings: Writing[] = [];
  if (ipv6 !== undefined && (ipv6 || !lacksIpv6(name, kernel))) {
    writings.push({ index, path: files.ipv6(name), value: Number(!ipv6) });
  }
  if (arpIgnore !== undefined) writings.push({ index, path: files.arpIgnore(name), value: arpIgnore });
  if (arpAnnounce !== undefined) writings.push({ index, path: files.arpAnnounce(name), value: arpAnnounce });
  return writings;
}

/** A link has no IPv6 to turn off where the kernel has none, or its MTU is below IPv6's least of 1280. */
function lacksIpv6(name: string, kernel: KernelFiles): boolean {
  return !kernel.exists(files.ipv6(name)) && kernel.exists(files.arpIgnore(name));
}

async function writeDirectly(
  writings: readonly Writing[],
  kernel: KernelFiles,
  signal: AbortSignal,
): Promise<Failures> {
  const failures = new Map<Writing, Error>();
  await Promise.all(
    writings.map((writing) =>
      kernel
        .set(writing.path, String(writing.value), signal)
        .catch((error: unknown) => failures.set(writing, toError(error))),
    ),
  );
  return failures;
}

async function writeByTee(
  writings: readonly Writing[],
  rootHelper: readonly string[],
  signal: AbortSignal,
): Promise<Failures> {
  const failures = await Promise.all(chunksOf(writings).map((chunk) => tee(chunk, rootHelper, signal)));
  return new Map(failures.flatMap((each) => [...each]));
}

/** Files that get the same value, no more at a time than one `tee` is told. */
function chunksOf(writings: readonly Writing[]): Writing[][] {
  const chunks: Writing[][] = [];
  const open = new Map<number, Writing[]>();
  for (const writing of writings) {
    let chunk = open.get(writing.value);
    if (!chunk || chunk.length === MOST_FILES) {
      chunk = [];
      chunks.push(chunk);
      open.set(writing.value, chunk);
    }
    chunk.push(writing);
  }
  return chunks;
}

/** Runs one `tee` for files that get the same value. It goes on past a file that it cannot write, and names it. */
async function tee(
  writings: readonly Writing[],
  rootHelper: readonly string[],
  signal: AbortSignal,
): Promise<Failures> {
  const [program = 'tee', ...args] = [...rootHelper, 'tee', ...writings.map(({ path }) => path)];
  const options = { input: String(writings[0]?.value), signal, doing: 'changing links' };
  const { exitCode, stderr, ending } = await hostPrograms.run([program, ...args], options);
  if (exitCode === 0) return new Map();
  const complaints = stderr.split('\n').filter((line) => line.trim());
  const told = writings.flatMap((writing) => {
    const complaint = complaints.find((line) => line.includes(writing.path));
    return complaint === undefined ? [] : [[writing, new Error(complaint)] as const];
  });
  if (exitCode !== undefined && told.length > 0) return new Map(told);
  // The helper refused, or `tee` was killed: which of the files are written is not known.
  const end = exitCode === undefined ? ending : `ended with status ${exitCode}`;
  const reason = new Error(stderr.trim() || `\`${program}\` ${end}`);
  return new Map(writings.map((writing) => [writing, reason]));
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
