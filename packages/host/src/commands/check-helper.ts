import { VifError } from '@vifkit/core';

/**
 * Refuses a helper that is no command: its first word has to be a program, neither an option nor a variable.
 * @throws VifError INVALID_OPTIONS
 */
export function checkHelper(argv: readonly string[], what: string): void {
  const [program = 'none'] = argv;
  const isCommand = /^[^-=\s][^=]*$/.test(program) && argv.every((word) => /^\P{Cc}+$/u.test(word));
  if (isCommand) return;
  const text = `The ${what} must be a program and its arguments, without empty words; it is ${JSON.stringify(argv)}`;
  throw new VifError('INVALID_OPTIONS', text);
}
