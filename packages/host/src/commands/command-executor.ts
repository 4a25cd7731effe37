/** What came of a program. */
export interface CommandResult {
  /** undefined when the program could not be started, or was ended by a signal. */
  readonly exitCode: number | undefined;
  readonly stderr: string;
  /** There is no such program. */
  readonly missing: boolean;
  /** Why there is no exit code, as in `was ended by SIGKILL`. */
  readonly ending?: string;
}

/** Starts programs: for real, or in memory. */
export interface CommandExecutor {
  /** @throws VifError TIMEOUT, ABORTED; the program is ended then */
  run(argv: readonly [string, ...string[]], signal: AbortSignal): Promise<CommandResult>;
}
