import { NetworkVif, parseRequest } from '@vifkit/core/nova';
import { classNameOf } from '@vifkit/core/os-vif';
import { keyOf, type Thing, type VifRecord } from '../run/inventory.js';

/** What a record says about a VIF. */
export interface RecordedVif extends Omit<VifRecord, 'vifId'> {
  /** The VIF's type, or the class of its object. */
  readonly type?: string;
  readonly instance?: string;
  readonly mac?: string;
  /** The guest's link or port. */
  readonly device?: string;
  /** The bridge that the guest's link or port belongs on. */
  readonly bridge?: string;
}

export function readRecord({ vifId, ...record }: VifRecord): RecordedVif {
  try {
    const { vif, instance } = parseRequest(record.request);
    const isModel = vif instanceof NetworkVif;
    const [mac, device] = [vif.address, isModel ? vif.devname : Reflect.get(vif, 'vif_name')];
    const bridge = vif.network?.bridge;
    return {
      ...record,
      type: (isModel ? vif.type : undefined) ?? classNameOf(vif),
      instance: instance.uuid,
      ...(typeof mac === 'string' && { mac }),
      ...(typeof device === 'string' && { device }),
      ...(typeof bridge === 'string' && { bridge }),
    };
  } catch {
    return record; // written by another release, whose requests had other keys
  }
}

/**
 * The VIF itself, as a thing that claims whatever its request names: libvirt makes its tap, and may do so at any time.
 */
export function recordedThing(record: VifRecord): Thing {
  const { vifId } = record;
  const { path, plugin, type, since, device, bridge } = readRecord(record);
  const claims = (name: string | undefined) =>
    name === undefined
      ? []
      : [keyOf({ kind: 'link', name }), keyOf({ kind: 'ovsPort', name }), keyOf({ kind: 'ovsBridge', name })];
  return {
    kind: 'vif',
    name: vifId,
    vifIds: [vifId],
    below: [...claims(device), ...claims(bridge)],
    attributes: { path, plugin, type, since },
  };
}
