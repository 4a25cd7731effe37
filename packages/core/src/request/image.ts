/** The image's properties that concern network cards: `hw_vif_model`, `hw_vif_multiqueue_enabled`. */
export interface Image {
  readonly properties: Readonly<Record<string, string>>;
}
