import type { Command } from 'commander';
import type { Environment } from './environment.js';

/** What a command gets: its environment, and its definition. */
export interface CommandEnvironment extends Environment {
  /** The command line as a commander program. */
  readonly program: Command;
}
