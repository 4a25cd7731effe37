/** A vendor's tool. What it did cannot be seen, so it runs at each plug, unless {@link whenCreated}. */
export interface CommandStep {
  readonly kind: 'command';
  /** Program and arguments; never a shell's line. */
  readonly argv: readonly string[];
  /**
   * What takes it back: if a later step fails, or the tool is cut off. If the tool fails by itself, only where the step is
   * tied to a link that this call makes (by one of the next two): it may have done half, and undoing can hurt nobody.
   */
  readonly undo?: readonly string[];
  /** Run only if this call makes the link of that name. */
  readonly whenCreated?: string;
  /**
   * Take it back only if this call makes the link of that name. A link that was there before may carry a
   * guest by now: a second plug that fails must not cut it off.
   */
  readonly undoWhenCreated?: string;
  /** Where the tool comes from: named when it is missing. */
  readonly vendor?: string;
}
