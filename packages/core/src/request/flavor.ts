/** What a guest is made of, as far as its network cards are concerned. */
export interface Flavor {
  readonly vcpus: number;
  /** `quota:vif_inbound_average` and its like limit bandwidth, in KiB/s. */
  readonly extra_specs: Readonly<Record<string, string>>;
}
