import { field } from '../schema/field.js';
import { IpModel } from './ip-model.js';

/** A route that a subnet hands out. */
export class RouteModel {
  @field.cidr()
  declare readonly cidr?: string;

  @field.object(() => IpModel)
  declare readonly gateway?: IpModel;

  @field.linkName()
  declare readonly interface?: string;
}
