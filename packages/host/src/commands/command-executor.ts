export type { CommandExecutor, CommandResult } from '@vifkit/core/step-kinds';
