import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { type CommandEntry, commandTable } from './commands/command-table.js';
import { InputError } from './requests/input-error.js';
import type { Environment } from './settings/environment.js';
import { applyOvsdbConnection, commonOptions } from './settings/options.js';
import type { Settings } from './settings/settings.js';
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
    // Commander has already said what was wrong; help and version end in an error, too, of status 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    environment.stderr.write(`vif: ${describe(error)}\n`);
    return error instanceof InputError || codeOf(error) === 'INVALID_OPTIONS' ? MISUSED : FAILED;
  }
}

// Not `isVifError`: nothing of core is loaded where it is not needed, as for `vif --help`.
function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  return printable(typeof code === 'string' ? `${code}: ${message}` : message);
}

const examples = `
A FILE holds one request as a JSON object, or many as JSON Lines or an array; - is standard input.
Exit status: 0 all went well; 1 a request failed, check found a difference, or doctor a lack; 2 wrong usage.
`;

/** The command line. Each action hands its exit status to `exit`. */
function buildProgram(environment: Environment, exit: (status: number) => void): Command {
  const { stdout, stderr } = environment;
  const program = new Command('vif')
    .description('Plugs virtual network interfaces (VIFs) into this host, and writes their libvirt XML.')
    .version(version())
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    })
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .addHelpText('after', examples);
  for (const option of commonOptions()) program.addOption(option);
  program.hook('preAction', async () => {
    if (program.getOptionValue('config') !== undefined) {
      // Loaded only for those who have a file: it brings core along.
      await (await import('./settings/config-file.js')).applyConfigFile(program);
    }
    applyOvsdbConnection(program, environment.env);
  });
  for (const entry of commandTable) addCommand(program, entry, environment, exit);
  return program;
}

function addCommand(
  program: Command,
  { name, description, file: holds, options, load }: CommandEntry,
  environment: Environment,
  exit: (status: number) => void,
): void {
  const command = program.command(name).description(description);
  if (holds) command.argument('[file]', holds, '-');
  for (const option of options?.() ?? []) command.addOption(option);
  command.action(async () => {
    const [file = '-'] = command.processedArgs as [string?];
    const settings = command.optsWithGlobals<Settings>();
    const { unbundled } = environment;
    if (unbundled && settings.plugin?.length) return exit(await unbundled());
    const run = await load();
    exit(await run(settings, environment, file));
  });
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
