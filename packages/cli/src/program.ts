import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { RequestCommand } from './commands/request-command.js';
import { commonOptions } from './options.js';
import type { Settings } from './settings.js';
import type { Surroundings } from './surroundings.js';

type LoadCommand = () => Promise<RequestCommand>;

// Each module is loaded when its command is given, and takes along only what it needs.
const requestCommands: readonly [name: string, description: string, load: LoadCommand][] = [
  [
    'config',
    "print the libvirt XML of the guests' devices",
    async () => (await import('./commands/config.js')).config,
  ],
  [
    'plan',
    'show what a plug would do, and change nothing',
    async () => (await import('./commands/plan.js')).plan,
  ],
  ['plug', 'plug the VIFs, each all or nothing', async () => (await import('./commands/plug.js')).plug],
  [
    'check',
    'compare the host with what a plug would make of it',
    async () => (await import('./commands/check.js')).check,
  ],
  ['unplug', 'unplug the VIFs', async () => (await import('./commands/unplug.js')).unplug],
  ['show', 'draw the plumbing of the VIFs', async () => (await import('./commands/show.js')).show],
];

type PlainCommand = (settings: Settings, surroundings: Surroundings) => Promise<number>;

const plainCommands: readonly [name: string, description: string, load: () => Promise<PlainCommand>][] = [
  [
    'plugins',
    'list the plugins, drivers and converters that are there',
    async () => (await import('./commands/plugins.js')).plugins,
  ],
  [
    'doctor',
    'tell what this host lacks for which plugin, and change nothing',
    async () => (await import('./commands/doctor.js')).doctor,
  ],
  [
    'host-info',
    'tell which VIFs the plugins take, as os-vif does',
    async () => (await import('./commands/host-info.js')).hostInfo,
  ],
];

const examples = `
A FILE holds one request as a JSON object, or many as JSON Lines; - is standard input.
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

  for (const [name, description, load] of requestCommands) {
    program
      .command(name)
      .description(description)
      .argument('[file]', 'the requests', '-')
      .action(async (file: string) => {
        const [command, { runRequests }] = await Promise.all([load(), import('./commands/run-requests.js')]);
        exit(await runRequests(command, file, program.opts<Settings>(), surroundings));
      });
  }
  for (const [name, description, load] of plainCommands) {
    program
      .command(name)
      .description(description)
      .action(async () => {
        const command = await load();
        exit(await command(program.opts<Settings>(), surroundings));
      });
  }
  return program;
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
