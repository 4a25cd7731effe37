import type { OvnBindingLeg } from '@vifkit/core/connection';
import type { OvnBinding, OvnOnPath } from '@vifkit/engine/connection';
import { withDeadline } from '@vifkit/engine/time';
import { askController, type ControllerState } from '../ovn/controller.js';
import type { Northbound } from '../ovn/northbound.js';
import { Southbound } from '../ovn/southbound.js';
import { ovnSetupOf } from '../ovn/switch-watch.js';
import { OvsdbClient } from '../ovsdb/client.js';

/** Milliseconds for OVN's part: a remote database that is down must not delay what is known locally. */
const REPLY_TIMEOUT = 2_000;

export interface OvnPathOptions {
  /** The directory of ovn-controller's control socket. */
  readonly runDirectory: string;
  /**
   * OVN's southbound database, if configured. Otherwise the database that ovn-controller connects to is used, unless
   * that is an `ssl:` one.
   */
  readonly southbound: Southbound | undefined;
  /** OVN's northbound database, if configured: only it shows that a port is disabled. */
  readonly northbound?: Northbound | undefined;
}

/** Reads what OVN knows about ports that it should bind. */
export class OvnPath {
  readonly #options: OvnPathOptions;

  constructor(options: OvnPathOptions) {
    this.#options = options;
  }

  /**
   * @param settings `external_ids` of the table Open_vSwitch
   * @param bridges the bridges of this Open vSwitch
   * @returns undefined if OVN does not manage this host
   */
  async read(
    settings: Readonly<Record<string, string>>,
    legs: readonly OvnBindingLeg[],
    bridges: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<OvnOnPath | undefined> {
    const { chassis = '', remote, bridge, mappings } = ovnSetupOf(settings);
    if (remote === undefined || !legs.some((leg) => leg.bridge === bridge)) return undefined;
    const names = legs.filter((leg) => leg.bridge === bridge).map(({ name }) => name);
    const isServed = (network: string) => bridges.has(mappings.get(network) ?? '');
    const asked = { ports: [...new Set(names)], chassis, isServed };
    return withDeadline(REPLY_TIMEOUT, signal, async (limited) => {
      const { runDirectory, northbound } = this.#options;
      const [controller, found, disabled] = await Promise.all([
        askController(runDirectory, limited),
        // What ovn-controller has noted locally must do where the database cannot be read.
        this.#readSouthbound(remote, asked, limited).catch(() => undefined),
        northbound?.disabled(names, limited).catch(() => undefined),
      ]);
      return {
        bridge,
        chassis,
        ownNames: found?.ownNames ?? [chassis],
        controller: controllerFault(controller, remote),
        bindings: found?.bindings,
        disabled,
      };
    });
  }

  async #readSouthbound(remote: string, asked: Asked, signal: AbortSignal) {
    const { southbound } = this.#options;
    if (southbound) return readSouthbound(southbound, asked, signal);
    const endpoints = remote.split(',').map((each) => each.trim());
    if (endpoints.some((each) => each.startsWith('ssl:'))) return undefined;
    // Any member of a cluster will do: the first may be down.
    const clients = endpoints.map((endpoint) => new OvsdbClient({ endpoint }));
    try {
      return await Promise.any(
        clients.map((client) => readSouthbound(new Southbound(client), asked, signal)),
      );
    } finally {
      await Promise.all(clients.map((client) => client.close()));
    }
  }
}

/** What to ask the southbound database about. */
interface Asked {
  readonly ports: readonly string[];
  readonly chassis: string;
  /** Whether this chassis has a bridge for a physical network. */
  isServed(network: string): boolean;
}

/** @throws VifError of the connection */
async function readSouthbound(
  southbound: Southbound,
  { ports, chassis, isServed }: Asked,
  signal: AbortSignal,
) {
  const [found, ownNames, localnets] = await Promise.all([
    southbound.bindings(ports, signal),
    southbound.namesOf(chassis, signal),
    southbound.localnets(signal),
  ]);
  const bindings = await Promise.all(
    [...found].map(async ([name, binding]): Promise<[string, OvnBinding]> => {
      const { datapath = '' } = binding;
      const networks = localnets.get(datapath) ?? [];
      if (networks.length === 0 || networks.some(isServed)) return [name, binding];
      const isRouted = await southbound.isRouted(datapath, signal);
      return [name, { ...binding, unserved: { networks, isRouted } }];
    }),
  );
  return { bindings: new Map(bindings), ownNames };
}

/** Why ovn-controller does not work; undefined if it does. */
export function controllerFault(state: ControllerState, remote: string): string | undefined {
  switch (state) {
    case 'absent':
      return 'ovn-controller does not run on this host';
    case 'silent':
      return 'ovn-controller does not reply: it hangs, or is stopped';
    case 'not connected':
      return `ovn-controller is not connected to OVN's southbound database at ${remote}`;
    default:
      return undefined;
  }
}
