import { VifError } from '../errors/vif-error.js';
import type { VIFBase } from '../os-vif/vifs.js';
import { NetworkVif } from './network-model.js';
import type { Instance } from './request.js';

/** Nova's NIC_NAME_LEN, which Neutron and os-vif use too: one less than the kernel's limit. */
const nicNameLength = 14;

/**
 * The name that Nova, Neutron and os-vif give to a link or a port of a VIF: a prefix, and as much of the id as fits.
 * @param prefix as in `tap` or `qvo`
 */
export function linkNameFor(prefix: string, vifId: string): string {
  return `${prefix}${vifId}`.slice(0, nicNameLength);
}

/** The name of the host's device: the one that the VIF gives, or one made from its id. */
export function deviceName(vif: NetworkVif): string {
  return vif.devname ?? linkNameFor('nic', vif.id);
}

/** What Open vSwitch calls the port: `external_ids:iface-id`. */
export function interfaceId(vif: NetworkVif): string {
  return vif.ovs_interfaceid ?? vif.id;
}

/**
 * The bridge of the VIF's network.
 * @throws VifError INVALID_VIF if it names none
 */
export function networkBridge(vif: NetworkVif): string {
  const { bridge } = vif.network;
  if (bridge !== undefined) return bridge;
  throw new VifError('INVALID_VIF', 'vif.network.bridge is missing, and this VIF type needs it', {
    vifId: vif.id,
  });
}

/**
 * The id of the VIF's network in the network service.
 * @throws VifError INVALID_VIF when there is none
 */
export function networkId(vif: NetworkVif): string {
  const { id } = vif.network;
  if (id !== undefined) return id;
  throw new VifError('INVALID_VIF', 'vif.network.id is missing, and this VIF type needs it', {
    vifId: vif.id,
  });
}

/** The MTU of the VIF's network in bytes, if it has one. Nova and os-vif treat 0 as none. */
export function networkMtu(vif: NetworkVif | VIFBase): number | undefined {
  const mtu = vif instanceof NetworkVif ? vif.network.meta.mtu : vif.network?.mtu;
  return mtu || undefined;
}

/** Whether Neutron filters the traffic, so that the host does not have to. */
export function isNeutronFiltering(vif: NetworkVif): boolean {
  return vif.details.port_filter === true;
}

/** Whether Neutron asks for a Linux bridge between guest and switch for its filter. */
export function isHybridPlug(vif: NetworkVif): boolean {
  return vif.details.ovs_hybrid_plug === true;
}

/** Whether the host has to filter the VIF's traffic. */
export function isHostFiltering(vif: NetworkVif, hostFilters: boolean): boolean {
  return hostFilters && !isNeutronFiltering(vif);
}

/**
 * Whether a Linux bridge is needed between guest and switch: the host's filter does not see traffic inside a switch.
 */
export function needsHybridBridge(vif: NetworkVif, hostFilters: boolean): boolean {
  return isHostFiltering(vif, hostFilters) || isHybridPlug(vif);
}

/** The parts of a VIF that are maps. */
type Part = 'details' | 'profile' | 'qbg_params';

type Present<T, Key extends keyof T> = { readonly [K in Key]-?: NonNullable<T[K]> };

/**
 * The required values of a part of a VIF.
 * @throws VifError INVALID_VIF, naming all that are missing
 */
export function requireKeys<P extends Part, Key extends Extract<keyof NonNullable<NetworkVif[P]>, string>>(
  vif: NetworkVif,
  part: P,
  ...keys: readonly Key[]
): Present<NonNullable<NetworkVif[P]>, Key> {
  const values = new Map(Object.entries(vif[part] ?? {}));
  const missing = keys.filter((key) => values.get(key) === undefined);
  if (missing.length > 0) {
    const [verb, pronoun] = missing.length === 1 ? ['is', 'it'] : ['are', 'them'];
    const names = missing.map((key) => `vif.${part}.${key}`).join(', ');
    throw new VifError('INVALID_VIF', `${names} ${verb} missing, and this VIF type needs ${pronoun}`, {
      vifId: vif.id,
    });
  }
  return vif[part] as Present<NonNullable<NetworkVif[P]>, Key>;
}

/** The Unix socket over which a guest and a switch share queues. */
export interface VhostUserSocket {
  /** Its absolute path. */
  readonly path: string;
  /** QEMU's role: a server makes the socket, a client connects to it. */
  readonly mode: 'client' | 'server';
}

/**
 * The socket of a VIF.
 * @throws VifError INVALID_VIF when there is none, or its mode is unknown
 */
export function vhostUserSocket(vif: NetworkVif): VhostUserSocket {
  const { vhostuser_socket: path } = requireKeys(vif, 'details', 'vhostuser_socket');
  const mode = vif.details.vhostuser_mode ?? 'server';
  if (mode === 'client' || mode === 'server') return { path, mode };
  const text = `vif.details.vhostuser_mode must be 'client' or 'server', not '${mode}'`;
  throw new VifError('INVALID_VIF', text, { vifId: vif.id });
}

/**
 * The name of the host's network filter for a guest's card, as Nova names its filters. If the host filters, a driver
 * gives it as the `filter` of its device backend.
 */
export function filterName(instance: Instance, mac: string): string {
  return `nova-instance-${instance.name}-${mac.replaceAll(':', '')}`;
}
