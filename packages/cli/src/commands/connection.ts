import type { Connection, JudgedLeg } from '@vifkit/engine';
import type { Style } from '../terminal/output.js';
import { type Branch, printable } from '../terminal/text.js';

const nouns: Readonly<Record<JudgedLeg['leg'], string>> = {
  guestLink: "guest's link",
  macvtap: 'macvtap upon',
  socket: 'socket',
  function: 'function',
  bridge: 'bridge',
  bridgeMember: 'member',
  veth: 'veth pair',
  checksum: 'checksums of',
  uplink: 'uplink',
  vlan: 'VLAN',
  guestFilter: 'filter of',
  vswitchd: 'daemon',
  ovsBridge: 'OVS bridge',
  ovsPort: 'OVS port',
  ovnBinding: 'OVN port',
};

/** What is broken on the way from the guest to its network, and what it waits for. */
export function connectionBranches(connection: Connection | undefined, style: Style): Branch[] {
  const told = (connection?.legs ?? []).filter(({ state }) => state !== 'sound');
  return told.map(({ leg, name, state, why = '' }) => {
    const sign = state === 'broken' ? style('red', '✗') : style('yellow', '…');
    return { line: `${sign} ${nouns[leg]} ${printable(name)}: ${printable(why)}` };
  });
}

/** Whether the exit status tells of it: of what is broken; of what waits if `strict`. */
export function isNotable(connection: Connection | undefined, strict = false): boolean {
  return connection?.state === 'broken' || (strict && connection?.state === 'waiting');
}
