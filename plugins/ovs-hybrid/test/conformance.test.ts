import {
  DatapathOffloadRepresentor,
  Network,
  VIFBridge,
  VIFHostDevice,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
  VIFPortProfileOVSRepresentor,
  VIFVHostUser,
} from '@vifkit/core/os-vif';
import { conformance } from '@vifkit/testkit/conformance';
import ovs from '../src/index.js';
import { address, hybrid, id, instance, request } from './request.js';

const vf = '0000:03:00.3';
/** A card in switchdev mode. */
const pci = {
  [vf]: { pf: 'ens1', index: 2, representor: { pfAddress: '0000:03:00.0', netDevice: 'ens1_2' } },
};

interface Profile {
  readonly create_port?: boolean;
  readonly create_tap?: boolean;
  readonly multiqueue?: boolean;
  readonly datapath_type?: string;
}

function common(profile: Profile = {}, bridge = 'br-int') {
  return {
    id,
    address,
    plugin: 'ovs',
    network: new Network({ id, bridge, mtu: 1400 }),
    port_profile: new VIFPortProfileOpenVSwitch({ interface_id: id, ...profile }),
  };
}

/** A VIF whose port, or port and tap, the plugin makes. */
function direct(profile: Profile, bridge?: string) {
  const vif = new VIFOpenVSwitch({ ...common(profile, bridge), vif_name: 'tapac3e2f74-81' });
  return { vif, instance };
}

function vhostUser(mode: 'client' | 'server') {
  const port_profile = new VIFPortProfileOVSRepresentor({ interface_id: id, representor_address: vf });
  const vif = new VIFVHostUser({
    ...common(),
    mode,
    path: '/run/vhu0',
    ...(mode === 'server' && { port_profile }),
  });
  return { vif, instance };
}

function hostDevice(datapath_type: string) {
  const datapath_offload = new DatapathOffloadRepresentor({ representor_address: vf });
  const port_profile = new VIFPortProfileOVSRepresentor({
    interface_id: id,
    datapath_type,
    datapath_offload,
  });
  const fields = { dev_type: 'ethernet', dev_address: vf } as const;
  return {
    vif: new VIFHostDevice({ ...common(), ...fields, ...(datapath_type === 'netdev' && { port_profile }) }),
    instance,
  };
}

const leaves = ['br-int'];

await conformance({
  plugins: ovs,
  host: { pci },
  requests: [
    { id: 'hybrid', leaves, ...request(hybrid) },
    { id: 'hybrid with a jumbo MTU', leaves, ...request(hybrid, { mtu: 9000 }) },
    {
      id: 'hybrid, as an object',
      leaves,
      vif: new VIFBridge({ ...common(), bridge_name: 'qbrac3e2f74-81' }),
      instance,
    },
    { id: 'direct', leaves, ...request({ port_filter: true }, { mtu: 1450 }) },
    { id: 'direct, with the port', leaves, ...direct({ create_port: true }) },
    { id: 'direct, with the port and its tap', leaves, ...direct({ create_tap: true, multiqueue: true }) },
    { id: 'on a trunk’s bridge', ...direct({ create_port: true }, 'tbr-5c0fa17e-9') },
    { id: 'vhost-user, QEMU being the client', leaves, ...vhostUser('client') },
    { id: 'vhost-user, QEMU being the server', leaves, ...vhostUser('server') },
    { id: 'a representor', leaves, ...hostDevice('system') },
    { id: 'a representor of DPDK', leaves, ...hostDevice('netdev') },
  ],
});

const isolated = { ovs: { per_port_bridge: true, isolate_vif: true, default_qos_type: 'linux-htb' } };

await conformance({
  plugins: ovs,
  host: { ovsBridges: [{ name: 'br-int', datapathType: 'netdev' }], pci },
  options: isolated,
  requests: [
    { id: 'hybrid, isolated, on a bridge that is there', ...request(hybrid, { mtu: 1450 }) },
    { id: 'with a bridge of its own', ...direct({ create_port: true }) },
    { id: 'with a bridge of its own, and the tap', ...direct({ create_tap: true }) },
    { id: 'vhost-user, isolated', ...vhostUser('server') },
    { id: 'a representor, isolated', ...hostDevice('system') },
  ],
});
