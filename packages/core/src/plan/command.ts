import { defineStepKind, type StepOf } from './define-step-kind.js';
import { argv, flag, linkName, optional, text } from './fields.js';

export const command = defineStepKind({
  kind: 'command',
  noun: 'command',
  fields: {
    /** Program and arguments; never a shell's line. */
    argv,
    /**
     * What takes it back: if a later step fails, or the tool is cut off. If the tool fails by itself, only where the step is
     * tied to a link that this call makes (by one of the next two): it may have done half, and undoing can hurt nobody.
     */
    undo: optional(argv),
    /** Run only if this call makes the link of that name. */
    whenCreated: optional(linkName),
    /**
     * Take it back only if this call makes the link of that name. A link that was there before may carry a
     * guest by now: a second plug that fails must not cut it off.
     */
    undoWhenCreated: optional(linkName),
    /** Where the tool comes from: named when it is missing. */
    vendor: optional(text),
    /** The tool is told to set the port as the request asks: VLANs, isolation, rates. */
    settlesPort: optional(flag),
  },
  target: ({ argv: [program = ''] }) => program,
  identity: ({ argv }) => argv.join('\0'),
  intention: () => 'use',
  ifCreated: ({ whenCreated, undoWhenCreated }) => ({ apply: whenCreated, undo: undoWhenCreated }),
  leavesNoTrace: true,
  settlesPort: ({ settlesPort = false }) => settlesPort,
  describe: ({ argv: [, ...words] }) => [words.join(' ')],
});

/** A vendor's tool. What it did cannot be seen, so it runs at each plug, unless `whenCreated`. */
export interface CommandStep extends StepOf<typeof command> {}
