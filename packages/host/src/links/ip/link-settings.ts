import { VifError } from '@vifkit/core';
import { hostPrograms, type Programs } from '../../commands/programs.js';
import { withHelper } from '../../commands/run-program.js';
import { hostKernelFiles, type KernelFiles } from '../../kernel/kernel-files.js';
import type { LinkChange } from '../link-table.js';

/** Settings of a link that netlink does not offer: files below /proc/sys/net. */
type Settings = Pick<LinkChange, 'ipv6' | 'arpIgnore' | 'arpAnnounce'> & {
  /** By their files. */
  readonly others?: Readonly<Record<string, string>>;
};

/** The settings that a link should have. */
export interface WantedSettings {
  readonly name: string;
  readonly settings: Settings;
}

/** A file to write, and the index of its link in the list of wanted settings. */
interface Writing {
  readonly index: number;
  readonly path: string;
  readonly value: number;
}

/** The error of each file that could not be written. */
type Failures = ReadonlyMap<Writing, Error>;

const ROOT = '/proc/sys/net';

/** The maximum number of files for one `tee`: the kernel limits the length of a command line, and sudo logs it. */
const MAX_FILES = 500;

const files = {
  ipv6: (name: string) => `${ROOT}/ipv6/conf/${name}/disable_ipv6`,
  arpIgnore: (name: string) => `${ROOT}/ipv4/conf/${name}/arp_ignore`,
  arpAnnounce: (name: string) => `${ROOT}/ipv4/conf/${name}/arp_announce`,
};

/** How settings are written. */
interface Access {
  /** The prefix of `tee`. */
  readonly rootHelper: readonly string[];
  readonly programs?: Programs;
  readonly files?: KernelFiles;
}

/** The settings of each of these links that exist on this kernel. */
export function readSettings(
  names: readonly string[],
  kernel: KernelFiles = hostKernelFiles,
): ReadonlyMap<string, Settings> {
  if (names.length === 0) return new Map();
  const paths = names.flatMap((name) => Object.values(files).map((pathOf) => pathOf(name)));
  const numbers = readNumbers(paths, kernel);
  return new Map(
    names.map((name) => {
      const ipv6 = numbers.get(files.ipv6(name));
      const arpIgnore = numbers.get(files.arpIgnore(name));
      const arpAnnounce = numbers.get(files.arpAnnounce(name));
      const settings = {
        ...(ipv6 !== undefined && { ipv6: ipv6 === 0 }),
        ...(arpIgnore !== undefined && { arpIgnore }),
        ...(arpAnnounce !== undefined && { arpAnnounce }),
      };
      return [name, settings] as const;
    }),
  );
}

/**
 * Reads numbers from files. Those of a link that does not exist are left out, as are those of IPv6 on a kernel without
 * it.
 */
function readNumbers(paths: readonly string[], kernel: KernelFiles): ReadonlyMap<string, number> {
  return new Map([...kernel.settings(paths)].map(([path, text]) => [path, Number(text)]));
}

function wrongOf(writings: readonly Writing[], kernel: KernelFiles): Writing[] {
  if (writings.length === 0) return [];
  const paths = writings.map(({ path }) => path);
  const numbers = readNumbers(paths, kernel);
  return writings.filter(({ path, value }) => numbers.get(path) !== value);
}

/**
 * Writes settings of links: directly, or, with a root helper or in another network namespace, with one `tee` for all
 * files that get the same value. A new link has the settings of `default`: these may already be correct, and then it is
 * not a failure that a container cannot write below /proc/sys. One outcome per link.
 * @throws VifError TIMEOUT, ABORTED; `tee` is then ended
 */
export async function writeSettings(
  wanted: readonly WantedSettings[],
  signal: AbortSignal,
  { rootHelper, programs = hostPrograms, files: kernel = hostKernelFiles }: Access,
): Promise<(VifError | undefined)[]> {
  const writings = writingsFor(wanted, kernel);
  const outcomes: (VifError | undefined)[] = wanted.map(() => undefined);
  // Writing a setting takes less time than reading it; starting a process takes more.
  const failures = await (rootHelper.length === 0 && kernel.set
    ? writeDirectly(writings, kernel.set.bind(kernel), signal)
    : writeByTee(wrongOf(writings, kernel), rootHelper, signal, programs));
  for (const writing of wrongOf([...failures.keys()], kernel)) {
    const { index, path, value } = writing;
    const cause = failures.get(writing);
    outcomes[index] ??= new VifError(
      'LINK_COMMAND_FAILED',
      `${path} cannot be set to ${value}: ${cause?.message}${remedyFor(cause?.message ?? '', path)}`,
      { cause },
    );
  }
  return outcomes;
}

/** The remedy in a container whose /proc/sys is mounted read-only. */
function remedyFor(message: string, path: string): string {
  if (!/EROFS|read-only file system/i.test(message)) return '';
  const setting = path.slice('/proc/sys/'.length).split('/').with(3, 'default').join('.');
  return `; mount /proc/sys writable, or have ${setting} set where the container is made: new links have its value`;
}

function writingsFor(wanted: readonly WantedSettings[], kernel: KernelFiles): Writing[] {
  const withoutIpv6 = linksWithoutIpv6(wanted, kernel);
  return wanted.flatMap(({ name, settings: { ipv6, arpIgnore, arpAnnounce, others = {} } }, index) => {
    const writings: Writing[] = [];
    if (ipv6 !== undefined && (ipv6 || !withoutIpv6.has(name))) {
      writings.push({ index, path: files.ipv6(name), value: Number(!ipv6) });
    }
    if (arpIgnore !== undefined) writings.push({ index, path: files.arpIgnore(name), value: arpIgnore });
    if (arpAnnounce !== undefined)
      writings.push({ index, path: files.arpAnnounce(name), value: arpAnnounce });
    for (const [path, value] of Object.entries(others)) writings.push({ index, path, value: Number(value) });
    return writings;
  });
}

/**
 * The links whose IPv6 should be turned off but that have none, because the kernel has none, or because their MTU is
 * below IPv6's minimum of 1280.
 */
function linksWithoutIpv6(wanted: readonly WantedSettings[], kernel: KernelFiles): ReadonlySet<string> {
  const names = wanted.flatMap(({ name, settings: { ipv6 } }) => (ipv6 === false ? [name] : []));
  const lacking = (among: readonly string[], pathOf: (name: string) => string) => {
    const found = among.length === 0 ? [] : kernel.existing(among.map(pathOf));
    const paths = new Set(found);
    return among.filter((name) => !paths.has(pathOf(name)));
  };
  const lackingFile = lacking(names, files.ipv6);
  const notThere = new Set(lacking(lackingFile, files.arpIgnore));
  return new Set(lackingFile.filter((name) => !notThere.has(name)));
}

async function writeDirectly(
  writings: readonly Writing[],
  set: NonNullable<KernelFiles['set']>,
  signal: AbortSignal,
): Promise<Failures> {
  const failures = new Map<Writing, Error>();
  await Promise.all(
    writings.map((writing) =>
      set(writing.path, String(writing.value), signal).catch((error: unknown) =>
        failures.set(writing, toError(error)),
      ),
    ),
  );
  return failures;
}

async function writeByTee(
  writings: readonly Writing[],
  rootHelper: readonly string[],
  signal: AbortSignal,
  programs: Programs,
): Promise<Failures> {
  const chunks = chunksOf(writings);
  const failures = await Promise.all(chunks.map((chunk) => tee(chunk, rootHelper, signal, programs)));
  return new Map(failures.flatMap((each) => [...each]));
}

/** Groups of files that get the same value, each no larger than what one `tee` is given. */
function chunksOf(writings: readonly Writing[]): Writing[][] {
  const chunks: Writing[][] = [];
  const open = new Map<number, Writing[]>();
  for (const writing of writings) {
    let chunk = open.get(writing.value);
    if (!chunk || chunk.length === MAX_FILES) {
      chunk = [];
      chunks.push(chunk);
      open.set(writing.value, chunk);
    }
    chunk.push(writing);
  }
  return chunks;
}

/** Runs one `tee` for files that get the same value. It continues after a file that it cannot write, and names it. */
async function tee(
  writings: readonly Writing[],
  rootHelper: readonly string[],
  signal: AbortSignal,
  programs: Programs,
): Promise<Failures> {
  const argv = withHelper(rootHelper, ['tee', ...writings.map(({ path }) => path)]);
  const options = { input: String(writings[0]?.value), signal, doing: 'changing links' };
  const { exitCode, stderr, ending } = await programs.run(argv, options);
  if (exitCode === 0) return new Map();
  const complaints = stderr.split('\n').filter((line) => line.trim());
  const named = writings.flatMap((writing) => {
    const complaint = complaints.find((line) => line.includes(writing.path));
    return complaint === undefined ? [] : [[writing, new Error(complaint)] as const];
  });
  if (exitCode !== undefined && named.length > 0) return new Map(named);
  // The helper refused, or `tee` was killed: it is not known which of the files were written.
  const end = exitCode === undefined ? ending : `ended with status ${exitCode}`;
  const reason = new Error(stderr.trim() || `\`${argv[0]}\` ${end}`);
  return new Map(writings.map((writing) => [writing, reason]));
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
