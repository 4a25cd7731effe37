// The floor: what the kernel and Open vSwitch take by themselves, with `ip -batch`, one transaction of ovs-vsctl and one
// wait for ovs-vswitchd. Nothing is compared, checked or marked.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { instance, integrationBridge } from '../vifs.js';
import { serve } from './serve.js';

const run = promisify(execFile);
const [ovsdb] = process.argv.slice(2);

/** Links of a group are deleted together, which spares the kernel a wait for each. */
const doomed = 77;

const data = (primitive) => primitive['versioned_object.data'];
const nameOf = (prefix, { id }) => `${prefix}${id}`.slice(0, 14);
const hasPort = ({ plugin }) => plugin === 'ovs';
const isHybrid = (vif) => hasPort(vif) && vif.bridge_name !== integrationBridge;
const portOf = (vif) => (isHybrid(vif) ? nameOf('qvo', vif) : vif.vif_name);

async function plug(primitives) {
  const vifs = primitives.map(data);
  const bridges = vifs.filter((vif) => isHybrid(vif) || !hasPort(vif));
  await ip(bridges.map(addBridge));
  for (const vif of bridges) silence(vif);
  await ip(bridges.flatMap((vif) => (isHybrid(vif) ? joinBridge(vif) : setUpBridge(vif))));
  await vsctl(vifs.filter(hasPort).map(addPort));
}

/**
 * The links go while ovs-vswitchd lets go of its ports: of the possible orders, none is quicker.
 */
async function unplug(primitives) {
  const vifs = primitives.map(data).filter(hasPort);
  const links = vifs.filter(isHybrid).flatMap((vif) => [nameOf('qvo', vif), vif.bridge_name]);
  const grouped = links.map((name) => `link set dev ${name} group ${doomed}`);
  const removals = vifs.map((vif) => ['del-port', integrationBridge, portOf(vif)]);
  if (links.length === 0) return vsctl(removals);
  await vsctl(removals, '--no-wait');
  await ip([...grouped, `link delete group ${doomed}`]);
  // ovs-vsctl waits for a change of its own only.
  await vsctl([['set', 'Open_vSwitch', '.', `external_ids:waited-for=${randomUUID()}`]]);
}

function addBridge(vif) {
  const hybrid = isHybrid(vif) ? ' mcast_snooping 0 ageing_time 0' : '';
  return `link add name ${vif.bridge_name} type bridge forward_delay 0 stp_state 0${hybrid}`;
}

/** Before it goes up. With IPv6 a bridge takes the kernel nearly twice as long to remove. */
function silence(vif) {
  const set = (path, value) => writeFileSync(`/proc/sys/net/${path}`, value);
  set(`ipv6/conf/${vif.bridge_name}/disable_ipv6`, '1');
  if (!isHybrid(vif)) return;
  set(`ipv4/conf/${vif.bridge_name}/arp_ignore`, '1');
  set(`ipv4/conf/${vif.bridge_name}/arp_announce`, '2');
}

function joinBridge(vif) {
  const { mtu } = data(vif.network);
  const [bridge, near, far] = [vif.bridge_name, nameOf('qvb', vif), nameOf('qvo', vif)];
  return [
    `link add name ${near} type veth peer name ${far}`,
    `link set dev ${near} mtu ${mtu} promisc on master ${bridge} up`,
    `link set dev ${far} mtu ${mtu} promisc on up`,
    `link set dev ${bridge} up`,
  ];
}

function setUpBridge({ bridge_name: name, network }) {
  return [`link set dev ${name} mtu ${data(network).mtu} up`];
}

function addPort(vif) {
  const port = portOf(vif);
  const ids = {
    'iface-id': vif.id,
    'iface-status': 'active',
    'attached-mac': vif.address.replaceAll(':', '\\:'),
    'vm-uuid': instance.uuid,
  };
  const settings = Object.entries(ids).map(([key, value]) => `external_ids:${key}=${value}`);
  return ['add-port', integrationBridge, port, '--', 'set', 'Interface', port, ...settings];
}

async function ip(lines) {
  if (lines.length === 0) return;
  const running = run('ip', ['-force', '-batch', '-']);
  running.child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  await running;
}

async function vsctl(commands, ...options) {
  if (commands.length === 0) return;
  const args = commands.flatMap((command) => ['--', ...command]);
  await run('ovs-vsctl', [`--db=${ovsdb}`, '--timeout=120', ...options, ...args]);
}

await serve({ plug, unplug });
