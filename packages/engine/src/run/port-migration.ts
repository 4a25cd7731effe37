/**
 * A phase of a live migration, on one of its two hosts. On the destination: `prepare` makes everything without
 * attracting traffic; `activate` moves the port here. On the source: `deactivate` gives the port up; `release` removes
 * what was made for it.
 */
export type MigrationPhase = 'prepare' | 'activate' | 'deactivate' | 'release';

/** What a phase must write to the network, and how to undo it. */
export interface PhaseChange {
  apply(signal: AbortSignal): Promise<void>;
  undo(signal: AbortSignal): Promise<void>;
}

/** Notifies the network of a port that moves from one host to another. */
export interface PortMigration {
  /**
   * What must be written for a phase. Undefined if nothing must: it has been written, or the network learns it by
   * itself from what the guest sends.
   * @param interfaceId Neutron's and OVN's id of the port
   * @throws VifError of the connection
   */
  change(phase: MigrationPhase, interfaceId: string, signal: AbortSignal): Promise<PhaseChange | undefined>;
  /** Whether a port with this id claims traffic as soon as it exists, so that `prepare` must not give it its id yet. */
  claimsAtOnce(interfaceId: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Whether the network has this port on other hosts, but not on this one: whatever has it open here was left behind by
   * a migration. False if that is not known.
   */
  isElsewhere(interfaceId: string, signal: AbortSignal): Promise<boolean>;
}
