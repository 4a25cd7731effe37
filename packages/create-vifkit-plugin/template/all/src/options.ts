import { IsMtu } from '@vifkit/core';

/** Each property is an option, with its default. `VIF___VARIABLE___MTU=9000` sets this one. */
export class __CLASS__Options {
  /** The MTU of taps whose network has none, in bytes. */
  @IsMtu()
  mtu = 1500;
}
