import type { EventEmitter } from 'node:events';
import type { Logger, PluginPackage, Requirement } from '@vifkit/core';
import type { CommandExecutor } from '@vifkit/core/step-kinds';
import type { VifDriver } from '@vifkit/engine';
import type { Lack } from '@vifkit/host/doctor';
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
  /** Whether guests' devices are needed: only then is the code that writes them loaded. */
  readonly guests: boolean;
  /** Whether all plugins are loaded at the start: `VifDriver.convert` does not wait for any. */
  readonly allPlugins?: boolean;
  readonly logger: Logger | undefined;
  readonly env: Environment['env'];
}

/** What a command works with, which tests can replace. */
export interface Environment {
  /** Called only if standard input is to be read. */
  readonly stdin: () => InputSource;
  /** Whether standard input has no writer: it is a terminal, or there is no input. */
  readonly waitsForInput?: () => boolean;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The emitter of the signals that end a program: the process. */
  readonly signals: EventEmitter;
  /** The variables, which may set options of plugins: the process's environment. */
  readonly env: NodeJS.ProcessEnv;
  /** The folder of configuration files that are read without being named; none unless given. */
  readonly configFolder?: string | undefined;
  /** The text of a file of this package, by its path there. */
  readonly ownFile: (path: string) => string;
  readonly openDriver: (settings: DriverSettings) => Promise<Driver>;
  /** Runs programs that change nothing of the network: virsh. */
  readonly openCommands: () => Promise<CommandExecutor>;
  readonly plugins: (settings: Settings) => Promise<readonly PluginPackage[]>;
  /** Returns for each requirement what this host lacks, or undefined. */
  readonly examineHost: (
    requirements: readonly Requirement[],
    settings: Settings,
  ) => Promise<readonly (Lack | undefined)[]>;
  /**
   * For a bundle: runs the command line again from the modules that the bundle was made from. Named plugins do not come
   * with core, and must find the command's copy.
   */
  readonly unbundled?: (() => Promise<number>) | undefined;
}
