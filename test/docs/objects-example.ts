import {
  fromPrimitive,
  isSet,
  Network,
  toPrimitive,
  VIFBase,
  VIFOpenVSwitch,
  VIFPortProfileOpenVSwitch,
} from '@vifkit/core/os-vif';

const vif = new VIFOpenVSwitch({
  id: '1b7a5a3e-6f0c-4f8d-9a8e-3f1f6c0f2d11',
  address: 'FA:16:3E:10:00:01',
  vif_name: 'tap1b7a5a3e-6f',
  bridge_name: 'br-int',
  plugin: 'ovs',
  network: new Network({ bridge: 'br-int', mtu: 1500 }),
  port_profile: new VIFPortProfileOpenVSwitch({
    interface_id: '1b7a5a3e-6f0c-4f8d-9a8e-3f1f6c0f2d11',
    create_port: true,
  }),
});

export const address = vif.address; // 'fa:16:3e:10:00:01'
export const active = [vif.active, isSet(vif, 'active')]; // [true, false]

const received = fromPrimitive(JSON.parse(JSON.stringify(vif)), VIFBase);
export const same = received.equals(vif); // true

export const down = vif.copy({ active: false, vif_name: undefined });

export const forOlderPeer = toPrimitive(vif, {
  manifest: { VIFPortProfileOpenVSwitch: '1.2', Network: '1.0' },
});
