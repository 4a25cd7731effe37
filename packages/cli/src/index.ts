/**
 * The parts of the `vif` command that programs may use.
 *
 * @packageDocumentation
 */

export { renderChanges, renderCheck, renderPlan, toJson } from './commands/results.js';
export { builtInPlugins } from './plugins/load-plugins.js';
export { type DrawOptions, drawPlumbing } from './plumbing/draw.js';
export { parseRequests } from './requests/request-splitter.js';
export { type ConfigFile, readConfigFile } from './settings/config-file.js';
export { plain, type Style, styleFor } from './terminal/output.js';
