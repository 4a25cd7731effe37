import type { Command } from 'commander';
import type { Environment } from './environment.js';

/**
 * What a command gets: its environment, and its definition. It is apart from {@link Environment}, which the package
 * exports: commander is bundled, so exported types cannot name it.
 */
export interface CommandEnvironment extends Environment {
  /** The command line as a commander program. */
  readonly program: Command;
}
