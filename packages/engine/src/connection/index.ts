/** What a host must report so that the paths of VIFs can be judged. */
export type * from './host-state.js';
export { strayVlan } from './port-vlans.js';
export type * from './verdict.js';
