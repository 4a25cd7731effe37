import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { type CommandEntry, commandTable } from './command-table.js';
import { applyOvsdbConnection } from './config/apply-ovsdb-connection.js';
import { commonOptions } from './options.js';
import type { Settings } from './settings.js';
import type { Surroundings } from './surroundings.js';

const examples = `
A FILE holds one request as a JSON object, or many as JSON Lines or an array; - is standard input.
Exit status: 0 all went well; 1 a request failed, check found a difference, or doctor a lack; 2 wrong usage.
`;

/** The command line. Each action hands its exit status to `exit`. */
export function buildProgram(surroundings: Surroundings, exit: (status: number) => void): Command {
  const { stdout, stderr } = surroundings;
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
      await (await import('./config/apply-config-file.js')).applyConfigFile(program);
    }
    applyOvsdbConnection(program, surroundings.env);
  });
  for (const entry of commandTable) addCommand(program, entry, surroundings, exit);
  return program;
}

function addCommand(
  program: Command,
  { name, description, file: holds, options, load }: CommandEntry,
  surroundings: Surroundings,
  exit: (status: number) => void,
): void {
  const command = program.command(name).description(description);
  if (holds) command.argument('[file]', holds, '-');
  for (const option of options?.() ?? []) command.addOption(option);
  command.action(async () => {
    const [file = '-'] = command.processedArgs as [string?];
    const settings = command.optsWithGlobals<Settings>();
    const { unbundled } = surroundings;
    if (unbundled && settings.plugin?.length) return exit(await unbundled());
    const run = await load();
    exit(await run(settings, surroundings, file));
  });
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
