import { field } from '../schema/field.js';
import { IpModel } from './ip-model.js';
import { RouteModel } from './route-model.js';

/** A subnet of a network, with the addresses that the VIF has in it. */
export class SubnetModel {
  @field.cidr()
  declare readonly cidr?: string;

  /** 4 or 6. */
  @field.integer({ min: 4, max: 6 })
  declare readonly version?: number;

  @field.object(() => IpModel)
  declare readonly gateway?: IpModel;

  @field.list(() => IpModel, { initial: () => [] })
  declare readonly ips: readonly IpModel[];

  @field.list(() => IpModel, { initial: () => [] })
  declare readonly dns: readonly IpModel[];

  @field.list(() => RouteModel, { initial: () => [] })
  declare readonly routes: readonly RouteModel[];

  @field.map({ initial: () => ({}) })
  declare readonly meta: Readonly<Record<string, unknown>>;
}
