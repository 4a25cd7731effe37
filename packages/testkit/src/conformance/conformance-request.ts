/** A request as `VifDriver` takes it, with what its unplug may leave. */
export interface ConformanceRequest {
  readonly id?: string;
  readonly vif: unknown;
  readonly instance: unknown;
  /** Names of links and bridges that stay after the unplug because other VIFs may use them, as in `br-int`. */
  readonly leaves?: readonly string[];
  /** What else a request may have, and notes of your own for `host` to go by. */
  readonly [key: string]: unknown;
}
