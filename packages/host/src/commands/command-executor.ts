export type { CommandExecutor, CommandResult } from '@vifkit/core/steps';
