/**
 * A part of a live migration, on one of its two hosts. On the destination: `prepare`, all is made, and no traffic is drawn;
 * `activate`, the port is here, and nowhere else. On the source: `deactivate`, the port is no longer here; `release`, what
 * was made for it goes.
 */
export type MigrationPhase = 'prepare' | 'activate' | 'deactivate' | 'release';

/** What a phase has to tell the network, and how that is taken back. */
export interface PhaseChange {
  apply(signal: AbortSignal): Promise<void>;
  undo(signal: AbortSignal): Promise<void>;
}

/** Tells the network of a port that moves from one host to another. */
export interface PortMigration {
  /**
   * What is to be written for a phase; undefined where that is nothing: it has been, or the network finds out by itself, by
   * what the guest sends.
   * @param interfaceId Neutron's and OVN's id of the port
   * @throws VifError of the connection
   */
  change(phase: MigrationPhase, interfaceId: string, signal: AbortSignal): Promise<PhaseChange | undefined>;
  /** Whether a port of this id claims traffic as soon as it is there, so that `prepare` must not give it its id yet. */
  claimsAtOnce(interfaceId: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Whether the network has this port on other hosts, and not on this one: what has it open here was left behind by a
   * migration. False where nobody can tell.
   */
  isElsewhere(interfaceId: string, signal: AbortSignal): Promise<boolean>;
}
