import { VifError } from '@vifkit/core';

/** The error for a program that is not installed. */
export function missingProgram(program: string, from: string | undefined): VifError {
  const remedy = from ? `install it: it comes from ${from}` : 'install it, or correct PATH';
  return new VifError('COMMAND_NOT_FOUND', `There is no program '${program}'; ${remedy}`);
}
