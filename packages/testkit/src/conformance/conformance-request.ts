/** A request as `VifDriver` takes it, with what its unplug may leave. */
export interface ConformanceRequest {
  readonly id?: string;
  readonly vif: unknown;
  readonly instance: unknown;
  /**
   * Names of links and bridges that stay after the unplug because other VIFs may use them, as in `br-int`; and of custom
   * steps that may be done before the plug.
   */
  readonly leaves?: readonly string[];
  /**
   * What another VIF of its kind has else, to be plugged beside it; false if there can be none. Unless given, its id, MAC
   * address and device name are replaced wherever they are.
   */
  readonly twin?: object | false;
  /** What else a request may have, and notes of your own for `host` to go by. */
  readonly [key: string]: unknown;
}
