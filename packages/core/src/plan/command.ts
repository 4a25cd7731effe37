import { defineStepKind, type StepOf } from './define-step-kind.js';
import { argv, flag, linkName, optional, text } from './fields.js';

export const command = defineStepKind({
  kind: 'command',
  noun: 'command',
  fields: {
    /** Program and arguments; never a shell command line. */
    argv,
    /**
     * The command that undoes this one. It runs if a later step fails or the tool is interrupted. If the tool itself
     * fails, it runs only if one of the next two fields ties the step to a link that this call makes: the tool may have
     * done part of its work, and undoing that affects nobody else.
     */
    undo: optional(argv),
    /** Run only if this call makes the link with this name. */
    whenCreated: optional(linkName),
    /**
     * Undo only if this call makes the link with this name. A link that existed before may already carry a guest, and a
     * failed second plug must not cut that guest off.
     */
    undoWhenCreated: optional(linkName),
    /** Where the tool comes from; the error names it if the tool is missing. */
    vendor: optional(text),
    /** The tool applies the port settings of the request: VLANs, isolation, rates. */
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

/** A vendor's tool. Its effect cannot be inspected, so it runs at every plug, unless `whenCreated` is given. */
export interface CommandStep extends StepOf<typeof command> {}
