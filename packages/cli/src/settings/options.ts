import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { OptionsSource } from '@vifkit/core';
import { MAX_TIMER } from '@vifkit/engine/time';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { InputError } from '../requests/request.js';
import { type Format, formats } from './settings.js';

/** The option of a command with these formats. */
export function formatOption(choices: readonly Format[]): Option {
  return new Option('--format <format>', 'the output format').choices(choices).default('text');
}

/** The option of the commands that talk to libvirt. */
export function connectOption(): Option {
  return new Option('--connect <uri>', "the libvirt URI, as for virsh (default: virsh's own)").env(
    'VIF_CONNECT',
  );
}

/** The variables that set options of the command, whichever subcommand is run. */
export function ownVariables(): string[] {
  return [...commonOptions(), connectOption()].flatMap(({ envVar }) => envVar ?? []);
}

/** What options are about that several commands have. */
export type Topic = keyof typeof optionsOf;

/**
 * The options that several commands have; of one command, those of its topics. Options with a variable can also be set
 * in the environment and in a configuration file, for all commands at once.
 */
export function commonOptions(topics: readonly Topic[] = allTopics): Option[] {
  return topics.flatMap((topic) => optionsOf[topic]());
}

const optionsOf = {
  format: () => [formatOption(formats)],
  config: () => [
    new Option(
      '--config <file>',
      'settings and plugin options, as JSON (default: /etc/vifkit/config.json and config.d/*.json)',
    ).env('VIF_CONFIG'),
  ],
  routing: () => [
    new Option('--routing <rules>', "the rules for requests that do not specify them: Nova 14's, or today's")
      .env('VIF_ROUTING')
      .choices(['newton', 'current'])
      .default('newton'),
  ],
  host: optionsOfHost,
  plugin: () => [
    new Option('--plugin <package>', 'a plugin package to load, by name or path; may be repeated')
      .env('VIF_PLUGINS')
      .argParser((text: string, before: readonly string[]) => (text === '' ? before : [...before, text]))
      .default([], 'none'),
  ],
  timeout: () => [
    new Option('--timeout <seconds>', 'how long the whole command may take')
      .env('VIF_TIMEOUT')
      .argParser(milliseconds)
      .default(30_000, '30'),
  ],
  undoTimeout: () => [
    new Option('--undo-timeout <seconds>', 'how long undoing a failed plug may take after that')
      .env('VIF_UNDO_TIMEOUT')
      .argParser(milliseconds)
      .default(10_000, '10'),
  ],
  log: () => [
    new Option('--log-level <level>', 'what to log to standard error, as JSON unless that is a terminal')
      .env('VIF_LOG_LEVEL')
      .choices(['debug', 'info', 'warn', 'error']),
    new Option('-v, --verbose', 'the same as --log-level info; twice, as --log-level debug')
      .argParser((_: unknown, times: number) => times + 1)
      .default(0, 'no log'),
  ],
} as const satisfies Readonly<Record<string, () => Option[]>>;

const allTopics = Object.keys(optionsOf) as Topic[];

/** Where the host's databases, files and namespaces are, and with whose rights it is changed. */
function optionsOfHost(): Option[] {
  return [
    new Option('--ovsdb <endpoint>', 'the endpoint of the OVSDB server')
      .env('VIF_OVSDB')
      .default('unix:/var/run/openvswitch/db.sock'),
    new Option(
      '--ovsdb-ca <file>',
      "the CA that signed the OVSDB server's certificate; required for ssl:",
    ).env('VIF_OVSDB_CA'),
    new Option('--ovsdb-cert <file>', 'our certificate for the OVSDB server').env('VIF_OVSDB_CERT'),
    new Option('--ovsdb-key <file>', 'its private key').env('VIF_OVSDB_KEY'),
    new Option('--ovsdb-name <name>', "the host name that the OVSDB server's certificate must be for").env(
      'VIF_OVSDB_NAME',
    ),
    new Option('--ovn-sb <endpoint>', "OVN's southbound database, which shows why a port is not ready").env(
      'VIF_OVN_SB',
    ),
    new Option('--ovn-nb <endpoint>', "OVN's northbound database, where live migrations are written").env(
      'VIF_OVN_NB',
    ),
    new Option(
      '--netns <name>',
      "the network namespace of the links: its name, or the path of its file (default: this process's own)",
    ).env('VIF_NETNS'),
    new Option('--sysfs-root <dir>', 'where sysfs is mounted').env('VIF_SYSFS_ROOT').default('/sys'),
    new Option(
      '--state-dir <dir>',
      'the directory of locks, and of records of VIFs and virtual functions (default: /run/vifkit)',
    ).env('VIF_STATE_DIR'),
    new Option('--tap-owner <user>', 'who may open the taps that plugs make, by name or id')
      .env('VIF_TAP_OWNER')
      .default('root'),
    new Option(
      '--root-helper <command>',
      'the prefix of commands that change the network: a command that gives CAP_NET_ADMIN',
    )
      .env('VIF_ROOT_HELPER')
      .argParser(words)
      .default([], 'none'),
    new Option(
      '--tool-helper <command>',
      "the prefix of vendors' tools instead, if they need more privileges",
    )
      .env('VIF_TOOL_HELPER')
      .argParser(words),
  ];
}

/** Whether it matters only for a database that is reached over TLS. */
export function isForTls({ long }: Option): boolean {
  return long?.startsWith('--ovsdb-') === true;
}

/**
 * The configuration files: the named one, none for an empty name, or those in the folder: `config.json`, followed by
 * `config.d/*.json` in the order of their names.
 * @throws InputError for a folder that cannot be read
 */
export function configFiles(named: string | undefined, folder: string | undefined): string[] {
  if (named !== undefined) return named === '' ? [] : [named];
  if (folder === undefined) return [];
  const more = join(folder, 'config.d');
  return [
    ...namesIn(folder).filter((path) => path === join(folder, 'config.json')),
    ...namesIn(more).filter((path) => path.endsWith('.json')),
  ];
}

/** The paths of the files in a folder; none if there is no such folder. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    // What the files set would be left out without a word.
    const text = `Cannot read the folder ${folder}: ${message}; let this user read it, or use no configuration file`;
    throw new InputError(`${text} (--config '')`);
  }
}

/** `VIF_PLUGINS` has several packages between blanks. On the command line and in a file, each stands by itself. */
export function splitPlugins(program: Command): void {
  if (program.getOptionValueSource('plugin') !== 'env') return;
  const given: readonly string[] = program.getOptionValue('plugin');
  program.setOptionValueWithSource('plugin', given.flatMap(words), 'env');
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

export function milliseconds(seconds: string): number {
  const value = Math.ceil(Number(seconds) * 1000);
  if (!/^\d*\.?\d+$/.test(seconds) || value <= 0) {
    throw new InvalidArgumentError('It must be a positive number of seconds.');
  }
  if (value > MAX_TIMER) throw new InvalidArgumentError('It must be less than 2147483 seconds.');
  return value;
}

/** The variable that sets the option, as core's `optionVariable` names it. */
const variable = 'VIF_OVS_OVSDB_CONNECTION';

/**
 * If neither the command line, the environment nor the configuration file gives the OVSDB endpoint, the option
 * `ovsdb_connection` of the plugin `ovs` does: all plugins share one connection, which the command opens.
 */
export function applyOvsdbConnection(program: Command, env: NodeJS.ProcessEnv): void {
  if (program.getOptionValueSource('ovsdb') !== 'default') return;
  const files = (program.getOptionValue('pluginOptions') ?? []) as readonly OptionsSource[];
  // A later file overrides an earlier one.
  const ofFile = files.map(({ options }) => connectionIn(options.ovs)).findLast((each) => each !== undefined);
  const endpoint = env[variable] ?? ofFile;
  // A value that is not text is refused by the plugin's options.
  if (typeof endpoint === 'string') program.setOptionValueWithSource('ovsdb', endpoint, 'config');
}

/** Options that are null are refused later, when the registry is made. */
function connectionIn(options: { readonly ovsdb_connection?: unknown } | null | undefined): unknown {
  return options?.ovsdb_connection;
}

/**
 * The milliseconds that the command line gives to a command that takes as long as it takes; infinity for none. A timeout
 * in the environment or a configuration file is for the commands that answer soon.
 */
export function givenTimeout(program: Command): number {
  const isGiven = program.getOptionValueSource('timeout') === 'cli';
  return isGiven ? program.getOptionValue('timeout') : Number.POSITIVE_INFINITY;
}
