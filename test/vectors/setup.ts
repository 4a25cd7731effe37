import type { Row } from './rows.js';

/** What has to be there before a row's operation. */
export interface Setup {
  /** Links that the reference was told of: taps by their names. */
  readonly taps: readonly string[];
  /** The network's physical link, if it has one. */
  readonly uplinks: readonly string[];
  /** Linux bridges that someone else has made. */
  readonly bridges: readonly string[];
}

export function setupOf({ host, vif, expect }: Row): Setup {
  const uplink = vif.network.meta.bridge_interface;
  const links = Object.entries(expect.links ?? {});
  const foreign = links.filter(([name, { kind }]) => kind === undefined && name === vif.network.bridge);
  return {
    taps: host.existing_links ?? [],
    uplinks: typeof uplink === 'string' ? [uplink] : [],
    bridges: vif.type === 'bridge' ? foreign.map(([name]) => name) : [],
  };
}
