import { readFileSync } from 'node:fs';
import { Argument, Command, CommanderError, type Option } from 'commander';
import { type CommandEntry, commandTable } from './commands/command-table.js';
import type { InputSource } from './requests/input.js';
import { InputError } from './requests/request.js';
import type { Environment } from './settings/environment.js';
import {
  applyOvsdbConnection,
  commonOptions,
  configFiles,
  formatOption,
  isForTls,
  splitPlugins,
} from './settings/options.js';
import type { Format, Settings } from './settings/settings.js';
import { printable } from './terminal/text.js';

const FAILED = 1;
const MISUSED = 2;

/** Runs a command line, and resolves to its exit status. Never rejects. */
export async function run(args: readonly string[], environment: Environment): Promise<number> {
  let status = 0;
  try {
    const program = buildProgram(environment, (given) => {
      status = given;
    });
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    // Commander has already printed what was wrong; help and version also end in an error, with status 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    environment.stderr.write(`vif: ${describe(error)}\n`);
    return error instanceof InputError || codeOf(error) === 'INVALID_OPTIONS' ? MISUSED : FAILED;
  }
}

// Not `isVifError`, so that core is not loaded if it is not needed, as for `vif --help`.
function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  return printable(typeof code === 'string' ? `${code}: ${message}` : message);
}

const examples = `
A FILE holds requests: a JSON object, JSON Lines, an array, or YAML; - is standard input. A VIF of Nova's network_info
with --instance, a row of instance_info_caches, or a Neutron port with its network is accepted too.
Exit status: 0 success; 1 a request failed, check found a difference, or doctor something missing; 2 wrong usage.
`;

/** The command line. Each action passes its exit status to `exit`. */
function buildProgram(environment: Environment, exit: (status: number) => void): Command {
  const { stdout, stderr } = environment;
  const program = new Command('vif')
    .description('Plugs virtual network interfaces (VIFs) into this host, and writes their libvirt XML.')
    .version(version())
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) => write(text + hintFor(text)),
    })
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .addHelpText('after', examples);
  for (const option of commonOptions()) program.addOption(option);
  program.hook('preAction', async (_, command) => {
    const entry = commandTable.find(({ name }) => name === command.name());
    if (entry) requireEffect(command, program, entry);
    if (!entry?.topics.includes('config')) return;
    splitPlugins(program);
    // That command reports itself what is wrong with the files.
    await applyConfig(program, environment).catch((error: unknown) => {
      if (command.name() !== 'config-file') throw error;
    });
    applyOvsdbConnection(program, environment.env);
    requireTls(command, program);
  });
  for (const entry of commandTable) addCommand(program, entry, environment, exit);
  addHelp(program);
  return program;
}

/** Commander's own help for an unknown command is that of the program, without a word about the name. */
function addHelp(program: Command): void {
  const help = program.helpCommand(false).command('help').description('describe a command');
  const names = program.commands.map((each) => each.name());
  help.addArgument(new Argument('[command]', 'its name').choices(names));
  help.configureHelp({ ...help.configureHelp(), visibleGlobalOptions: () => [] });
  help.action((name?: string) => (program.commands.find((each) => each.name() === name) ?? program).help());
}

/** Names of commands in other tools. */
const otherNames: Readonly<Record<string, string>> = {
  add: 'plug',
  create: 'plug',
  up: 'plug',
  del: 'unplug',
  delete: 'unplug',
  remove: 'unplug',
  rm: 'unplug',
  down: 'unplug',
  diff: 'check',
  status: 'check',
  verify: 'check',
  xml: 'config',
  draw: 'show',
  ls: 'list',
  ps: 'list',
  sync: 'apply',
  reconcile: 'apply',
  monitor: 'watch',
  events: 'watch',
  graph: 'show',
  convert: 'object',
  clean: 'gc',
  cleanup: 'gc',
  prune: 'gc',
};

/** A suggestion for an unknown command, if commander has none. */
function hintFor(error: string): string {
  const [, name = ''] = /unknown command '([^']*)'\n$/.exec(error) ?? [];
  const meant = Object.hasOwn(otherNames, name) ? otherNames[name] : undefined;
  if (meant) return `(Did you mean ${meant}?)\n`;
  if (/[./]/.test(name)) return `(Specify what to do with the file, as in: vif plan ${printable(name)})\n`;
  return name ? '(vif --help lists the commands)\n' : '';
}

async function applyConfig(program: Command, { configFolder }: Environment): Promise<void> {
  const named = program.getOptionValue('config') as string | undefined;
  const files = configFiles(named, configFolder);
  if (files.length === 0) return;
  // Loaded only if there is a file, because it loads core.
  const { applyConfigFiles } = await import('./settings/apply-config.js');
  const { requireOwn } = await import('./settings/config-file.js');
  if (named === undefined) for (const file of files) await requireOwn(file);
  await applyConfigFiles(program, files);
}

function addCommand(
  program: Command,
  entry: CommandEntry,
  environment: Environment,
  exit: (status: number) => void,
): void {
  const { name, description, files: hold, operands = [], loadsPackages, options, load } = entry;
  const command = program.command(name).description(description);
  if (hold) command.argument('[file...]', hold, ['-']);
  for (const [syntax, what, choices] of operands) {
    const operand = new Argument(syntax, what);
    command.addArgument(choices ? operand.choices(choices) : operand);
  }
  for (const option of options?.() ?? []) command.addOption(option);
  command.configureHelp({
    ...command.configureHelp(),
    visibleGlobalOptions: () => commonOptionsOf(program, entry),
  });
  const stdin = () => announced(environment);
  command.action(async () => {
    const files = command.processedArgs.flat().filter((each) => each !== undefined) as string[];
    const given = command.optsWithGlobals<Settings>();
    const settings = given.plugin?.length ? { ...given, pluginNamedBy: whatNamed(program) } : given;
    const { unbundled } = environment;
    if (unbundled && (loadsPackages || settings.plugin?.length)) return exit(await unbundled());
    const run = await load();
    exit(await run(settings, { ...environment, stdin, program }, files));
  });
}

/** The formats of a command. */
function formatsOf({ formats = [] }: CommandEntry): readonly Format[] {
  return ['json', 'text', ...formats];
}

/** The options of the program that have an effect on a command. */
function commonOptionsOf(program: Command, entry: CommandEntry): Option[] {
  const own = new Set(commonOptions(entry.topics).map(({ long }) => long));
  const format = formatOption(formatsOf(entry));
  const options = program.options.filter(({ long }) => own.has(long));
  return options.map((option) => (option.long === format.long ? format : option));
}

/**
 * Refuses an option of the command line that has no effect, and a format that the command does not have. The
 * environment and configuration files are for all commands, so an option from there may have no effect.
 * @throws CommanderError
 */
function requireEffect(command: Command, program: Command, entry: CommandEntry): void {
  const own = new Set(commonOptionsOf(program, entry).map(({ long }) => long));
  for (const option of program.options) {
    const isGiven = program.getOptionValueSource(option.attributeName()) === 'cli';
    if (isGiven && !own.has(option.long)) {
      command.error(`error: option '${option.flags}' has no effect on vif ${entry.name}: leave it out`);
    }
  }
  for (const option of [...command.options, ...program.options]) {
    const other = command.options.find((each) => each.long === entry.onlyWith?.[option.long ?? '']);
    if (!other || command.getOptionValueSourceWithGlobals(option.attributeName()) !== 'cli') continue;
    if (command.getOptionValue(other.attributeName()) === undefined) {
      command.error(`error: option '${option.flags}' has no effect without '${other.flags}'`);
    }
  }
  const format: Format = program.getOptionValue('format');
  const allowed = formatsOf(entry);
  if (allowed.includes(format)) return;
  const choices = allowed.join(', ');
  command.error(`error: vif ${entry.name} has no format '${format}'. Allowed choices are ${choices}.`);
}

/**
 * Refuses keys for TLS on the command line if no server is reached over TLS. Those for a `tcp:` endpoint are refused
 * where it is read, wherever they come from.
 * @throws CommanderError
 */
function requireTls(command: Command, program: Command): void {
  const given = program.options.find(
    (option) => isForTls(option) && program.getOptionValueSource(option.attributeName()) === 'cli',
  );
  const endpoints = ['ovsdb', 'ovnSb', 'ovnNb'].map((name) => String(program.getOptionValue(name) ?? ''));
  if (!given || endpoints.some((each) => /^(ssl|tcp):/.test(each))) return;
  command.error(
    `error: option '${given.flags}' has no effect without an endpoint ssl:HOST:PORT: leave it out`,
  );
}

/** Standard input, with a message at a terminal: a user who has forgotten the file would see nothing happen. */
function announced({ stdin, stderr }: Environment): InputSource {
  const source = stdin();
  if (source.isTTY) {
    stderr.write(
      'vif: reading from this terminal until Ctrl-D; name a FILE to read it instead, or stop with Ctrl-C\n',
    );
  }
  return source;
}

/**
 * The source that named the plugin packages: the command line takes precedence over the environment, and that over the
 * file.
 */
function whatNamed(program: Command): string {
  const source = program.getOptionValueSource('plugin');
  if (source === 'env') return 'VIF_PLUGINS';
  return source === 'config' ? String(program.getOptionValue('pluginNamedBy')) : '--plugin';
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
