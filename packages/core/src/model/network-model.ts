import { field } from '../schema/field.js';
import { NetworkMeta } from './network-meta.js';
import { SubnetModel } from './subnet-model.js';

/** The network of a VIF in Nova's network model. */
export class NetworkModel {
  @field.uuid()
  declare readonly id?: string;

  /** The bridge of this network on the host. */
  @field.linkName()
  declare readonly bridge?: string;

  @field.text()
  declare readonly label?: string;

  @field.list(() => SubnetModel, { initial: () => [] })
  declare readonly subnets: readonly SubnetModel[];

  @field.object(() => NetworkMeta, { initial: () => ({}) })
  declare readonly meta: NetworkMeta;
}
