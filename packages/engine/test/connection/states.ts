import type { Leg } from '@vifkit/core/connection';
import type { HostState, LinkOnPath, OpenVSwitchOnPath } from '../../src/connection/host-state.js';
import { judge } from '../../src/connection/judge.js';

/** A host with nothing. */
const bare: HostState = { links: new Map(), functions: new Map(), sockets: new Map() };

/** An Open vSwitch with br-int. */
export function openVSwitch(bridge: object = {}, rest: Partial<OpenVSwitchOnPath> = {}): OpenVSwitchOnPath {
  const bridges = new Map([['br-int', { datapathType: 'netdev', ...bridge }]]);
  return { bridges, ports: new Map(), byInterfaceId: new Map(), ...rest };
}
/** A member of a bridge that forwards all. */
export const forwarding = {
  ...{ state: 'forwarding', isolated: false, locked: false },
  ...{ broadcasts: true, multicasts: true, floods: true, learns: true },
};
export const inBridge = { master: 'br1', port: forwarding };

export function linkOf(own: Partial<LinkOnPath> & Pick<LinkOnPath, 'name'>): LinkOnPath {
  return { type: 'tap', up: true, carrier: true, mtu: 1500, address: 'fe:16:3e:00:00:01', ...own };
}
export const judged = (leg: Leg, state: Partial<HostState>) => judge([leg], { ...bare, ...state });
