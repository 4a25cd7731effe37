import { VifError } from '../errors/vif-error.js';
import type { DeviceBackend } from '../nova/guest-device.js';
import { macvtapModes } from '../nova/network-model.js';
import { checkedCopy } from '../plan/copy.js';
import {
  type Field,
  type Fields,
  flag,
  linkName,
  matching,
  mtu,
  object,
  oneOf,
  optional,
  pciAddress,
  tagged,
  text,
  texts,
  vlanId,
} from '../plan/fields.js';

/** Text, or null to leave the element out. */
const textOrNull = matching<string | null>((value) => value === null || text.check(value, '').length === 0, {
  anyOf: [text.schema, { type: 'null' }],
});

const common = {
  virtualPort: optional(
    object({ type: oneOf('openvswitch', '802.1Qbg', '802.1Qbh', 'midonet'), parameters: texts }),
  ),
  vlan: optional(vlanId),
  mtu: optional(mtu),
  filter: optional(text),
  bandwidth: flag,
  model: optional(textOrNull),
  driver: optional(textOrNull),
};
const target = optional(linkName);

const backend: Field<DeviceBackend> = tagged('type', {
  bridge: { bridge: linkName, target, ...common },
  ethernet: { target: linkName, managed: optional(flag), multiQueue: optional(flag), ...common },
  vhostuser: { path: text, mode: oneOf('client', 'server'), target, ...common },
  direct: { source: linkName, mode: oneOf(...macvtapModes), target, ...common },
  hostdev: { pciAddress, ...common },
  vdpa: { device: text, ...common },
  pci: { pciAddress },
} satisfies Record<DeviceBackend['type'], Fields>);

/**
 * Checks what a legacy driver's `config` returned.
 * @returns a copy that the driver can no longer change
 * @throws VifError INVALID_PLAN, naming the driver and what is wrong
 */
export function validateBackend(given: unknown, owner: string, vifId: string): DeviceBackend {
  const refusal = (what: string) =>
    new VifError('INVALID_PLAN', `The ${owner} returned a bad device: it ${what}`, { vifId });
  const { copy, wrong } = checkedCopy(given, (copy) => backend.check(copy, ''));
  if (wrong.length > 0) throw refusal(wrong.join(', '));
  return copy as DeviceBackend;
}
