export { openPrograms } from './commands/exec-commands.js';
export type { Lack } from './doctor/lack.js';
export { needsOfPlan } from './doctor/needs-of-plan.js';
export { examineHost } from './examine-host.js';
export { type HostOptions, openHost } from './open-host.js';
export { OvsdbClient, type OvsdbClientOptions } from './ovsdb/client.js';
export { OvsdbOperationError } from './ovsdb/errors.js';
export type { OvsdbTlsOptions } from './ovsdb/tls.js';
