import { InvalidArgumentError, Option } from 'commander';
import type { CommandEnvironment } from '../settings/command-environment.js';
import { connectOption, milliseconds, type Topic } from '../settings/options.js';
import { areIds, type Format, isPicture, meansPlugged, type Settings } from '../settings/settings.js';

/**
 * Runs a command, and resolves to its exit status. Unless files are named, the only one is `-`; commands with other
 * operands get these instead.
 */
type CommandAction = (
  settings: Settings,
  environment: CommandEnvironment,
  files: readonly string[],
) => Promise<number>;

/** A subcommand. Its module is loaded only when the command is used, and loads only what it needs. */
export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** What the FILE arguments hold; undefined for a command without any. */
  readonly files?: string;
  /** Operands instead of FILE, in commander's syntax, with their descriptions and choices. */
  readonly operands?: readonly (readonly [
    syntax: string,
    description: string,
    choices?: readonly string[],
  ])[];
  /** The command loads named packages: a bundle then runs it from the modules that it was made from. */
  readonly loadsPackages?: boolean;
  /** Further formats besides JSON and text. */
  readonly formats?: readonly Format[];
  /** The topics of the common options that have an effect on it; the command line may have no others. */
  readonly topics: readonly Topic[];
  /** Options of only this command. */
  readonly options?: () => readonly Option[];
  /** For options that have an effect only with one of only this command: that one. Both by their long flags. */
  readonly onlyWith?: Readonly<Record<string, string>>;
  readonly load: () => Promise<CommandAction>;
}

const ofHost: readonly Topic[] = ['format', 'config', 'host', 'plugin', 'timeout', 'log'];
const ofRequests: readonly Topic[] = [...ofHost, 'routing'];
/** An unplug that fails carries on, and undoes nothing, but scripts give it the same options as a plug. */
const ofChanges: readonly Topic[] = [...ofRequests, 'undoTimeout'];
/** They do not touch the host, but scripts give the same options to all commands. */
const ofPlugins: readonly Topic[] = ['format', 'config', 'host', 'plugin', 'timeout', 'log'];

const domain = ['<domain>', 'its name, id or UUID'] as const;

export const commandTable: readonly CommandEntry[] = [
  forRequests('config', "print the libvirt XML of the guests' devices"),
  forRequests('plan', 'show what a plug would do, and change nothing', timelineOption),
  {
    ...forRequests('plug', 'plug the VIFs, each all or nothing', () => [
      dryRunOption(),
      ...timelineOption(),
      waitOption(),
      phaseOption('prepare', 'activate'),
    ]),
    topics: ofChanges,
  },
  {
    ...forRequests(
      'check',
      "report what a plug would change, and what is broken on the guests' paths",
      () => [
        ...timelineOption(),
        new Option('--strict', 'also fail for what is not known yet, as before a guest has started'),
        new Option('--detailed-exitcode', 'exit with status 3 if the host differs and nothing failed'),
        allOption(),
        outputOption('metrics'),
      ],
    ),
    formats: ['prometheus'],
  },
  {
    ...forRequests('unplug', 'unplug the VIFs', () => [
      ...timelineOption(),
      phaseOption('deactivate', 'release'),
      new Option('--force', 'also unplug what a guest still uses, which cuts the guest off'),
    ]),
    topics: ofChanges,
  },
  {
    ...forRequests('show', 'draw the network paths of the VIFs', () => [
      allOption(),
      outputOption('a picture'),
    ]),
    formats: ['mermaid', 'dot', 'svg', 'html'],
  },
  {
    name: 'apply',
    description:
      'plug the VIFs in files or folders, and unplug those that it plugged before and that are no longer there',
    files: 'the requests of all VIFs that should be plugged on this host',
    options: () => [
      new Option('--dry-run', 'report what would be plugged and unplugged, and change nothing'),
      new Option(
        '--prune <which>',
        'which VIFs that are not in the files are unplugged: those that apply plugged, all that carry our mark, or none',
      )
        .choices(['own', 'all', 'none'])
        .default('own'),
      new Option(
        '--none',
        'allow that there are no requests: everything that apply plugged is then unplugged',
      ),
      instanceOption(),
    ],
    topics: ofChanges,
    load: async () => (await import('./apply.js')).apply,
  },
  {
    name: 'list',
    description: 'list the VIFs that are plugged on this host, with the results of a check',
    topics: ofHost,
    load: async () => (await import('./plugged.js')).list,
  },
  {
    name: 'watch',
    description: 'report each change on this host that concerns a plugged VIF, until interrupted',
    topics: ofHost,
    load: async () => (await import('./watch.js')).watch,
  },
  {
    name: 'gc',
    description: 'remove what is left of VIFs that are no longer in use',
    options: () => [
      new Option(
        '--keep <file>',
        'the VIFs that are in use: ids, requests or VIFs, one per line; may be repeated',
      ).argParser((file: string, before: readonly string[] = []) => [...before, file]),
      new Option('--keep-none', 'no VIF is in use').conflicts('keep'),
      new Option('--keep-domains', 'the VIFs of all libvirt domains are in use').conflicts('keepNone'),
      connectOption(),
      new Option('--dry-run', 'report what would be removed, and change nothing'),
    ],
    onlyWith: { '--connect': '--keep-domains' },
    topics: ofHost,
    load: async () => (await import('./gc.js')).gc,
  },
  {
    name: 'attach',
    description: 'plug a VIF and attach its network card to a libvirt domain, all or nothing',
    operands: [domain, ['[file]', 'the request']],
    options: () => [connectOption(), waitOption(), instanceOption()],
    topics: ofChanges,
    load: async () => (await import('./domains.js')).attach,
  },
  {
    name: 'detach',
    description:
      'detach a network card from a domain, wait until the guest has released it, and unplug the VIF',
    operands: [domain, ['<file-or-id>', "the request, or the VIF's id"]],
    options: () => [connectOption(), instanceOption()],
    topics: ofChanges,
    load: async () => (await import('./domains.js')).detach,
  },
  {
    name: 'metadata',
    description: "write requests into a domain's metadata, where the hook finds them",
    operands: [domain, ['[file]', 'the requests; if there are none, they are removed']],
    options: () => [connectOption(), instanceOption()],
    topics: ofPlugins, // requests are written as they are: the hook has a routing of its own
    load: async () => (await import('./domains.js')).metadata,
  },
  {
    name: 'hook',
    description:
      "act as libvirt's hook /etc/libvirt/hooks/qemu: plug and unplug the VIFs in a domain's metadata",
    operands: [
      ['<domain>', 'its name'],
      ['<operation>', 'as in prepare'],
      ['<sub-operation>', 'begin or end'],
      ['[extra]', 'not used'],
    ],
    topics: ofChanges.filter((topic) => topic !== 'format'),
    load: async () => (await import('./hook.js')).hook,
  },
  {
    name: 'object',
    description: 'read os-vif objects or VIFs of the network model, and write os-vif objects',
    files: 'the objects, VIFs or requests',
    options: () => [new Option('--manifest <versions>', 'versions to write, by class, as JSON or in a file')],
    topics: [...ofPlugins, 'routing'],
    load: async () => (await import('./object.js')).object,
  },
  {
    name: 'plugins',
    description: 'list the available plugins, drivers and converters, with their options',
    topics: ofPlugins,
    load: async () => (await import('./plugins.js')).plugins,
  },
  {
    name: 'conformance',
    description: 'test whether a plugin package keeps the promises of every plugin, on an in-memory host',
    operands: [['<package...>', 'the packages, by name or path']],
    loadsPackages: true,
    options: () => [new Option('--badge <file>', 'write a badge with the result to this file, as JSON')],
    topics: ['format', 'config', 'timeout'],
    load: async () => (await import('./conformance.js')).conformance,
  },
  {
    name: 'doctor',
    description: 'report what this host lacks for which plugin, and change nothing',
    operands: [['[name...]', 'plugins and VIF types; all by default']],
    options: () => [new Option('--for <file>', 'check only what these requests need'), instanceOption()],
    onlyWith: { '--instance': '--for', '--routing': '--for' },
    topics: ofRequests,
    load: async () => async (settings, environment, names) => {
      if (settings.for === undefined)
        return (await import('./doctor.js')).doctor(settings, environment, names);
      return (await import('./doctor-for-requests.js')).doctorForRequests(settings, environment, names);
    },
  },
  {
    name: 'config-file',
    description: 'check configuration files, and report lines with errors',
    operands: [['[file...]', 'the files; by default those that vif reads']],
    topics: ['format', 'config', 'plugin', 'timeout'],
    load: async () => (await import('./config-file.js')).configFile,
  },
  {
    name: 'schema',
    description: 'print the JSON Schema of a request, of a VIF or of an os-vif object',
    operands: [['[name]', 'request, vif or a class, as in VIFBridge; without it, all names are listed']],
    topics: ofPlugins,
    load: async () => (await import('./schema.js')).schema,
  },
  {
    name: 'explain',
    description: 'explain an error, and what to do about it',
    operands: [['[code...]', 'error codes; all by default']],
    topics: ['format'],
    load: async () => (await import('./explain.js')).explain,
  },
  {
    name: 'completion',
    description: 'print a completion script for a shell',
    operands: [['<shell>', 'the shell', ['bash', 'zsh', 'fish']]],
    topics: [],
    load: async () => (await import('./completion.js')).completion,
  },
  {
    name: 'man',
    description: 'print the manual page vif(1)',
    topics: [],
    load: async () => (await import('./man.js')).man,
  },
  {
    name: 'host-info',
    description: 'list the VIFs that the plugins support, as os-vif does',
    options: () => [new Option('--permit <class...>', 'only VIFs of these classes, as in VIFOpenVSwitch')],
    topics: ofPlugins,
    load: async () => (await import('./host-info.js')).hostInfo,
  },
];

function timelineOption(): Option[] {
  return [new Option('--timeline', 'report where the time of each request went')];
}

function dryRunOption(): Option {
  return new Option('--dry-run', 'show what would be done, as plan does, and change nothing');
}

function allOption(): Option {
  return new Option(
    '--all',
    'all VIFs that are plugged on this host, with the requests that they were plugged with',
  );
}

function outputOption(what: string): Option {
  return new Option('-o, --output <file>', `write ${what} to this file, atomically`);
}

function instanceOption(): Option {
  return new Option('--instance <uuid>', 'the instance of VIFs that are given without a request').argParser(
    instanceId,
  );
}

function instanceId(text: string): string {
  if (areIds([text])) return text;
  throw new InvalidArgumentError('It must be a UUID.');
}

function phaseOption(...phases: readonly string[]): Option {
  return new Option('--phase <phase>', 'the phase of a live migration').choices(phases);
}

function waitOption(): Option {
  const text =
    "wait until the ports carry traffic, at most this many seconds (default: the command's timeout)";
  return new Option('--wait [seconds]', text).preset('always').argParser(waitTime);
}

/** Milliseconds; true for the option without a number. The word behind it is taken for one, even if it is a file. */
function waitTime(seconds: string): number | true {
  if (seconds === 'always') return true;
  if (/^[\d.]+$/.test(seconds)) return milliseconds(seconds);
  throw new InvalidArgumentError('It must be a number of seconds; name a file before --wait.');
}

function forRequests(name: string, description: string, options: () => Option[] = () => []): CommandEntry {
  return {
    name,
    description,
    files: 'the requests',
    topics: ofRequests,
    options: () => [
      ...options(),
      instanceOption(),
      new Option('-q, --quiet', 'print only what failed or differs'),
      new Option('--summary', 'print a summary line on standard error, as at a terminal'),
    ],
    load: async () => {
      const { requestCommands, requireConsistent, runRequests } = await import('./request-commands.js');
      const command = requestCommands.get(name) ?? (await import('./show.js')).show;
      const plan = requestCommands.get('plan') ?? command;
      return async (settings, environment, files) => {
        requireConsistent(settings, files);
        if (isPicture(settings.format)) {
          return (await import('./draw.js')).drawPicture(settings, environment, files);
        }
        if (settings.format === 'prometheus') {
          return (await import('./metrics.js')).checkMetrics(settings, environment, files);
        }
        const isAboutPlugged =
          name === 'check' || name === 'show' ? meansPlugged(settings, environment, files) : areIds(files);
        if (isAboutPlugged && name !== 'plug') {
          const { runPlugged, unplugByIds } = await import('./plugged-requests.js');
          if (name === 'unplug') return unplugByIds(files, settings, environment);
          return runPlugged(command, files, settings, environment);
        }
        return runRequests(settings.dryRun ? plan : command, files, settings, environment);
      };
    },
  };
}
