/** As much of a request as the demo itself looks at. */
export interface DemoRequest {
  readonly vif: {
    readonly id: string;
    readonly address: string;
    readonly type: string;
    readonly network: { readonly bridge: string };
  };
}
