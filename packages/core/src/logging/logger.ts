/** A log call as pino has it: fields first, then a sentence. */
type LogMethod = (fields: object, message: string) => void;

/** What vifkit asks of a logger. Every pino logger is one. */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
}

const nothing: LogMethod = () => {};

/** The library's default: it writes nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
