import { readFileSync } from 'node:fs';
import { Command, CommanderError, Help } from 'commander';
import { type CommandEntry, commandTable } from './commands/command-table.js';
import type { InputSource } from './requests/input.js';
import { InputError } from './requests/request.js';
import type { Environment } from './settings/environment.js';
import {
  applyOvsdbConnection,
  commonOptions,
  configFiles,
  formatOption,
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
    splitPlugins(program);
    // That command reports itself what is wrong with the files.
    await applyConfig(program, environment).catch((error: unknown) => {
      if (command.name() !== 'config-file') throw error;
    });
    applyOvsdbConnection(program, environment.env);
  });
  for (const entry of commandTable) addCommand(program, entry, environment, exit);
  return program;
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
  { name, description, files: hold, operands = [], loadsPackages, options, formats = [], load }: CommandEntry,
  environment: Environment,
  exit: (status: number) => void,
): void {
  const command = program.command(name).description(description);
  if (hold) command.argument('[file...]', hold, ['-']);
  for (const operand of operands) command.argument(...operand);
  for (const option of options?.() ?? []) command.addOption(option);
  const help = new Help();
  command.configureHelp({
    ...command.configureHelp(),
    optionDescription: (option) =>
      help.optionDescription(option.long === '--format' ? formatOption(formatsOf(formats)) : option),
  });
  const stdin = () => announced(environment);
  command.action(async () => {
    const files = command.processedArgs.flat().filter((each) => each !== undefined) as string[];
    const given = command.optsWithGlobals<Settings>();
    const settings = given.plugin?.length ? { ...given, pluginNamedBy: whatNamed(program) } : given;
    requireFormat(command, formats, settings.format);
    const { unbundled } = environment;
    if (unbundled && (loadsPackages || settings.plugin?.length)) return exit(await unbundled());
    const run = await load();
    exit(await run(settings, { ...environment, stdin, program }, files));
  });
}

/** The formats of a command. */
function formatsOf(own: readonly Format[]): readonly Format[] {
  return ['json', 'text', ...own];
}

/**
 * Not every command has every format.
 * @throws CommanderError
 */
function requireFormat(command: Command, own: readonly Format[], format: Format): void {
  const allowed = formatsOf(own);
  if (allowed.includes(format)) return;
  command.error(
    `error: vif ${command.name()} has no format '${format}'. Allowed choices are ${allowed.join(', ')}.`,
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
