import { CommanderError } from 'commander';
import { InputError } from './input/input-error.js';
import { printable } from './output/printable.js';
import { buildProgram } from './program.js';
import type { Surroundings } from './surroundings.js';

const FAILED = 1;
const MISUSED = 2;

/** Runs a command line, and answers with its exit status. Never rejects. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let status = 0;
  try {
    const program = buildProgram(surroundings, (given) => {
      status = given;
    });
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    // Commander has already said what was wrong; help and version end in an error, too, of status 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    surroundings.stderr.write(`vif: ${describe(error)}\n`);
    return error instanceof InputError || codeOf(error) === 'INVALID_OPTIONS' ? MISUSED : FAILED;
  }
}

// Not `isVifError`: nothing of core is loaded where it is not needed, as for `vif --help`.
function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  return printable(typeof code === 'string' ? `${code}: ${message}` : message);
}
