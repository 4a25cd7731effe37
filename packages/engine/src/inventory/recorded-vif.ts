import { NetworkVif, parseRequest } from '@vifkit/core/nova';
import { classNameOf } from '@vifkit/core/os-vif';
import { keyOf, type Thing, type VifRecord } from '../run/inventory.js';

/** What a record tells of a VIF. */
export interface RecordedVif extends Omit<VifRecord, 'vifId'> {
  /** The VIF's type, or the class of its object. */
  readonly type?: string;
  readonly instance?: string;
  readonly mac?: string;
  /** The link or port that the guest has. */
  readonly device?: string;
  /** The bridge that it is to be on. */
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
    return record; // of another release, whose requests had other keys
  }
}

/** The VIF itself, which has a claim on what its request names: libvirt makes its tap, and may do so at any time. */
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
