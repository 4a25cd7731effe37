export { openPrograms } from './commands/exec-commands.js';
export type { Lack } from './doctor/lack.js';
export { examineHost } from './examine-host.js';
export type { HostOptions } from './host-options.js';
export { openHost } from './open-host.js';
export { OvsdbClient, type OvsdbClientOptions } from './ovsdb/client.js';
export type { OvsdbTlsOptions } from './ovsdb/endpoint.js';
export { OvsdbOperationError } from './ovsdb/errors.js';
