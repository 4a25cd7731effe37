export { type ConfigFile, readConfigFile } from './config/config-file.js';
export { builtInPlugins } from './driver/built-in-plugins.js';
export { parseRequests } from './input/request-splitter.js';
export { renderChanges } from './output/render-changes.js';
export { renderCheck } from './output/render-check.js';
export { renderPlan } from './output/render-plan.js';
export { plain, type Style, styleFor } from './output/style.js';
export { toJson } from './output/to-json.js';
export { type DrawOptions, drawPlumbing } from './plumbing/draw-plumbing.js';
