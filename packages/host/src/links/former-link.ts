/** What a link has, besides its usual attributes, that is lost when it is made again. */
export interface FormerLink {
  readonly alternativeNames: readonly string[];
  /** Files below /proc/sys/net, and their numbers. */
  readonly settings: Readonly<Record<string, string>>;
  /** Words of `ip link set`, and their values. */
  readonly words: Readonly<Record<string, string>>;
  /** The members of a bridge, with such words for each. */
  readonly members: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What cannot be set again. */
  readonly others: Readonly<Record<string, string>>;
}
