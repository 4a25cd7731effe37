/** The vendor's own code, for what no other step covers. */
export interface CustomStep {
  readonly kind: 'custom';
  /** What is done, and to what, as in `acme port 9b2d1e63`: two steps of one name are about the same thing. */
  readonly name: string;
  isDone(signal: AbortSignal): Promise<boolean>;
  apply(signal: AbortSignal): Promise<void>;
  /** Takes back what {@link apply} did; it must bear being called when `apply` failed half-way. */
  undo(signal: AbortSignal): Promise<void>;
}
