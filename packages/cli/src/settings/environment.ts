import type { EventEmitter } from 'node:events';
import type { Logger, PluginPackage, Requirement } from '@vifkit/core';
import type { CommandExecutor } from '@vifkit/core/step-kinds';
import type { VifDriver } from '@vifkit/engine';
import type { Lack } from '@vifkit/host/doctor';
import type { Command } from 'commander';
import type { InputSource } from '../requests/input.js';
import type { Output } from '../terminal/output.js';
import type { Settings } from './settings.js';

/** The methods of a `VifDriver` that commands call. */
export type Driver = Pick<
  VifDriver,
  | 'convert'
  | 'config'
  | 'configAll'
  | 'planAll'
  | 'plug'
  | 'plugAll'
  | 'checkAll'
  | 'unplug'
  | 'unplugAll'
  | 'unplugById'
  | 'waitReady'
  | 'list'
  | 'watch'
  | 'gc'
  | 'close'
>;

export interface DriverSettings extends Settings {
  /** Whether guests' devices are asked for: what writes them is loaded only then. */
  readonly guests: boolean;
  /** Whether all plugins are loaded at once: `VifDriver.convert` waits for none. */
  readonly allPlugins?: boolean;
  readonly logger: Logger | undefined;
  readonly env: Environment['env'];
}

/** What a command is given: its environment, and how it is defined. */
export interface CommandEnvironment extends Environment {
  /** The command line as commander has it. */
  readonly program: Command;
}

/** What a command works with, so that tests can put others in place. */
export interface Environment {
  /** Called only if standard input is to be read. */
  readonly stdin: () => InputSource;
  /** Whether nobody writes to standard input: it is a terminal, or no input at all. */
  readonly waitsForInput?: () => boolean;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Where SIGINT and SIGTERM arrive: the process. */
  readonly signals: EventEmitter;
  /** Where variables may set options of plugins: the process's environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Where configuration files are that nobody has to name; none unless given. */
  readonly configFolder?: string | undefined;
  /** The text of a file of this package, by its path there. */
  readonly ownFile: (path: string) => string;
  readonly openDriver: (settings: DriverSettings) => Promise<Driver>;
  /** Runs programs that change nothing of the network: virsh. */
  readonly openCommands: () => Promise<CommandExecutor>;
  readonly plugins: (settings: Settings) => Promise<readonly PluginPackage[]>;
  /** Tells for each requirement what this host lacks, or undefined. */
  readonly examineHost: (
    requirements: readonly Requirement[],
    settings: Settings,
  ) => Promise<readonly (Lack | undefined)[]>;
  /**
   * For a bundle: runs the command line again by the modules that the bundle was made of. Plugins that are named bring
   * nothing of core along, and must find the command's own.
   */
  readonly unbundled?: (() => Promise<number>) | undefined;
}
