import { field } from '../schema/field.js';

/** An IP address as Nova's network model writes it. A subnet without a gateway has one without an address. */
export class IpModel {
  @field.ip()
  declare readonly address?: string;

  /** 4 or 6. */
  @field.integer({ min: 4, max: 6 })
  declare readonly version?: number;

  /** `fixed`, `floating`, `gateway`, `dns`. */
  @field.text()
  declare readonly type?: string;

  /** The addresses that are translated to a fixed one. */
  @field.list(() => IpModel, { initial: () => [] })
  declare readonly floating_ips: readonly IpModel[];
}
