import { Option } from 'commander';
import type { Environment } from '../settings/environment.js';
import { milliseconds } from '../settings/options.js';
import type { Settings } from '../settings/settings.js';

/** Runs a command, and resolves to its exit status. The file is `-` for commands that take none. */
type CommandAction = (settings: Settings, environment: Environment, file: string) => Promise<number>;

/** A subcommand. Its module is loaded when it is given, and takes along only what it needs. */
export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** What the argument FILE holds; undefined for a command without one. */
  readonly file?: string;
  /** Options of this command alone. */
  readonly options?: () => readonly Option[];
  readonly load: () => Promise<CommandAction>;
}

export const commandTable: readonly CommandEntry[] = [
  forRequests('config', "print the libvirt XML of the guests' devices"),
  forRequests('plan', 'show what a plug would do, and change nothing', timelineOption),
  forRequests('plug', 'plug the VIFs, each all or nothing', () => [...timelineOption(), waitOption()]),
  forRequests('check', "tell what a plug would change, and what is broken on the guests' ways", () => [
    ...timelineOption(),
    new Option('--strict', 'fail for what is not known yet, too, as while a guest has not started'),
  ]),
  forRequests('unplug', 'unplug the VIFs', () => [
    ...timelineOption(),
    new Option('--force', 'unplug what a guest still uses, too: it is cut off'),
  ]),
  forRequests('show', 'draw the plumbing of the VIFs'),
  {
    name: 'gc',
    description: 'remove what is left of VIFs that are no longer in use',
    options: () => [
      new Option('--keep <file>', 'the VIFs that are in use: ids, requests or VIFs, one a line'),
      new Option('--keep-none', 'no VIF is in use').conflicts('keep'),
      new Option('--dry-run', 'tell what would be removed, and change nothing'),
    ],
    load: async () => (await import('./gc.js')).gc,
  },
  {
    name: 'object',
    description: 'read os-vif objects or VIFs of the network model, and write os-vif objects',
    file: 'the objects, VIFs or requests',
    options: () => [new Option('--manifest <versions>', 'versions to write, by class, as JSON or in a file')],
    load: async () => (await import('./object.js')).object,
  },
  {
    name: 'plugins',
    description: 'list the plugins, drivers and converters that are there, with their options',
    load: async () => (await import('./plugins.js')).plugins,
  },
  {
    name: 'doctor',
    description: 'tell what this host lacks for which plugin, and change nothing',
    load: async () => (await import('./doctor.js')).doctor,
  },
  {
    name: 'host-info',
    description: 'tell which VIFs the plugins take, as os-vif does',
    options: () => [new Option('--permit <class...>', 'only VIFs of these classes, as in VIFOpenVSwitch')],
    load: async () => (await import('./host-info.js')).hostInfo,
  },
];

function timelineOption(): Option[] {
  return [new Option('--timeline', 'tell where the time of each request went')];
}

function waitOption(): Option {
  const text =
    'wait until the ports carry traffic, at most so many seconds (default: while the command lasts)';
  return new Option('--wait [seconds]', text).preset('always').argParser(patience);
}

/** Milliseconds; true for the option without a number. */
function patience(seconds: string): number | true {
  return seconds === 'always' || milliseconds(seconds);
}

function forRequests(name: string, description: string, options: () => Option[] = () => []): CommandEntry {
  return {
    name,
    description,
    file: 'the requests',
    options,
    load: async () => {
      const { requestCommands, runRequests } = await import('./request-commands.js');
      const command = requestCommands.get(name) ?? (await import('./show.js')).show;
      return (settings, environment, file) => runRequests(command, file, settings, environment);
    },
  };
}
