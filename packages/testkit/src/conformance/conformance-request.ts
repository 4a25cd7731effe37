/** A request for `VifDriver`, with what its unplug may leave. */
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
   * How another VIF of its kind, plugged beside it, differs; false if there can be none. Unless given, its id, MAC
   * address and device name are replaced wherever they occur.
   */
  readonly twin?: object | false;
  /** Further keys of a request, and your own keys for use by `host`. */
  readonly [key: string]: unknown;
}
