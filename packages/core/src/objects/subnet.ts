import { field } from '../schema/field.js';
import { FixedIPList } from './fixed-ip-list.js';
import { versionedObject } from './registry.js';
import { RouteList } from './route-list.js';
import { type FieldsOf, VersionedObject } from './versioned-object.js';

/** A subnet of a network, with the addresses that the VIF has in it. */
@versionedObject({ name: 'Subnet', version: '1.0' })
export class Subnet extends VersionedObject {
  @field.cidr()
  declare readonly cidr?: string;

  /** Name servers. */
  @field.ips()
  declare readonly dns?: readonly string[];

  @field.ip()
  declare readonly gateway?: string;

  @field.object(() => FixedIPList)
  declare readonly ips?: FixedIPList;

  @field.object(() => RouteList)
  declare readonly routes?: RouteList;

  @field.ip()
  declare readonly dhcp_server?: string;

  constructor(fields: FieldsOf<Subnet>) {
    super(fields);
  }
}
