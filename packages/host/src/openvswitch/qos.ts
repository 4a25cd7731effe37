import * as values from '../ovsdb/values.js';

/** os-vif's (vif_plug_ovs/ovsdb/ovsdb_lib.py): it and we find each other's rows. */
const NAMESPACE = '68da264a847f42a88ab05e774aee3d95';

/** The QoS row for a port, by os-vif's marks: no column of the row itself says what it is for. */
export function qosRow(port: string, type: string): values.Row {
  return { type, external_ids: values.map({ id: qosId(port), _type: type }) };
}

/**
 * The `external_ids:id` of the QoS rows that os-vif or we made for a port, of whatever type: a UUID of version 5
 * (RFC 9562), a hash of the namespace and the name.
 */
export function qosId(port: string): string {
  // Not imported: Node.js takes milliseconds to load it, and few ports have QoS.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const hash = createHash('sha1').update(Buffer.from(NAMESPACE, 'hex')).update(port).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
