import type { BridgeAttributes, LinkCreation } from '@vifkit/core/steps';
import { renderArrival } from '../addresses/render-move.js';
import type { LinkOperation, TapMaking } from '../link-table.js';
import { noteOf } from '../link-users.js';

/**
 * The lines of `ip -batch` for an operation; for a move, those of its first half. There are none if `ip` has nothing to
 * do, and none for deletions, which are rendered together.
 */
export function renderOperation(operation: LinkOperation): string[] {
  const { op, name } = operation;
  switch (op) {
    case 'add':
      return [renderAdd(operation)];
    case 'remake':
      // Unlike `link delete`, this fails for a tap that a program has open.
      return [`tuntap del dev ${name} ${tapMode(operation.was)}`, renderAdd(operation)];
    case 'note': {
      const altname = noteOf(name, operation.user);
      return [`link property ${operation.present ? 'add' : 'del'} dev ${name} altname ${altname}`];
    }
    case 'complete': {
      const { names, words } = operation;
      return [
        ...names.map((each) => `link property add dev ${name} altname ${each}`),
        // Each in its own line: some kernels lack some.
        ...Object.entries(words).map(([word, value]) => `link set dev ${name} ${word} ${value}`),
      ];
    }
    case 'move':
      return renderArrival(operation);
    case 'delete':
      return [];
    case 'set':
      return settings(operation)
        .filter((words) => words.length > 0)
        .map((words) => `link set dev ${name} ${words.join(' ')}`);
  }
}

type Making = Pick<Extract<LinkOperation, { op: 'add' }>, 'name' | 'create' | 'bridge'>;

function renderAdd({ name, create, bridge = {} }: Making): string {
  switch (create.type) {
    case 'bridge': {
      // A new bridge filters no VLANs, and a kernel that cannot do that refuses the option even with 0.
      const { vlanFiltering, ...others } = bridge;
      const made = vlanFiltering ? bridge : others;
      return ['link', 'add', 'name', name, 'type', 'bridge', ...bridgeWords(made)].join(' ');
    }
    case 'veth':
      return `link add name ${name} type veth peer name ${create.peer}`;
    case 'tap':
      return `tuntap add dev ${name} ${tapMode(create)}${create.owner === undefined ? '' : ` user ${create.owner}`}`;
    case 'vlan':
      return `link add link ${create.link} name ${name} type vlan${protocolWords(create)} id ${create.id}`;
  }
}

function protocolWords({ protocol }: Extract<LinkCreation, { type: 'vlan' }>): string {
  return protocol === undefined ? '' : ` protocol ${protocol}`;
}

function tapMode({ multiQueue }: TapMaking): string {
  return `mode tap${multiQueue ? ' multi_queue' : ''}`;
}

function settings({ attributes, alias }: Extract<LinkOperation, { op: 'set' }>): string[][] {
  const { address, mtu, master, promisc, up, bridge, group, queueLength } = attributes;
  const words: string[] = [];
  if (address !== undefined) words.push('address', address);
  if (mtu !== undefined) words.push('mtu', String(mtu));
  if (group !== undefined) words.push('group', group);
  if (queueLength !== undefined) words.push('txqueuelen', String(queueLength));
  if (promisc !== undefined) words.push('promisc', promisc ? 'on' : 'off');
  if (alias !== undefined) words.push('alias', alias || '""');
  if (master === null) words.push('nomaster');
  else if (master !== undefined) words.push('master', master);
  if (up !== undefined) words.push(up ? 'up' : 'down');
  if (!bridge) return [words];
  // A forward delay of 0 is refused while STP is on, and the kernel applies the delay first.
  const { stp, ...others } = bridge;
  const first = stp === false ? [['type', 'bridge', ...bridgeWords({ stp })]] : [];
  const rest = bridgeWords(stp === false ? others : bridge);
  if (rest.length > 0) words.push('type', 'bridge', ...rest); // at the end: everything after it belongs to it
  return [...first, words];
}

/** The kernel counts a bridge's times in hundredths of a second. */
function bridgeWords(attributes: BridgeAttributes): string[] {
  const { forwardDelay, stp, multicastSnooping, ageing, vlanFiltering } = attributes;
  const words: string[] = [];
  if (stp !== undefined) words.push('stp_state', stp ? '1' : '0');
  if (forwardDelay !== undefined) words.push('forward_delay', String(Math.round(forwardDelay * 100)));
  if (ageing !== undefined) words.push('ageing_time', String(Math.round(ageing * 100)));
  if (multicastSnooping !== undefined) words.push('mcast_snooping', multicastSnooping ? '1' : '0');
  if (vlanFiltering !== undefined) words.push('vlan_filtering', vlanFiltering ? '1' : '0');
  return words;
}
