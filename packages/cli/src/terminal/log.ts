import { fstatSync } from 'node:fs';
import type { Logger } from '@vifkit/core';
import type { LoggerOptions } from 'pino';
import type { Output } from './output.js';
import { printable } from './text.js';

/** How much is logged: `verbose` is how often `-v` was given, if no level was. */
export interface Verbosity {
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error';
  readonly verbose: number;
}

/** Priorities as syslog and journald have them, by pino's levels. */
const priorities: Readonly<Record<string, number>> = {
  fatal: 2,
  error: 3,
  warn: 4,
  info: 6,
  debug: 7,
  trace: 7,
};

/**
 * A logger on standard error, or none (pino is then not even loaded). At a terminal it is human-readable; otherwise it
 * writes lines of JSON, with the priority for journald.
 */
export async function openLogger(
  { logLevel, verbose }: Verbosity,
  stream: Output,
  env: NodeJS.ProcessEnv,
): Promise<Logger | undefined> {
  if (logLevel === undefined && verbose === 0) return undefined;
  const level = logLevel ?? (verbose === 1 ? 'info' : 'debug');
  return stream.isTTY ? forPeople(level, stream) : forPrograms(level, stream, isJournal(env));
}

async function forPeople(level: string, stream: Output): Promise<Logger> {
  const [{ pino }, { default: pretty }] = await Promise.all([import('pino'), import('pino-pretty')]);
  const destination = pretty({
    destination: stream,
    colorize: stream.hasColors?.() ?? false,
    ignore: 'pid,hostname',
    singleLine: true,
    messageFormat: (log, key) => printable(String(log[key])),
  });
  const logger: Logger = pino({ level }, destination);
  return logger;
}

async function forPrograms(level: string, stream: Output, isForJournal: boolean): Promise<Logger> {
  const { pino, stdTimeFunctions } = await import('pino');
  const options: LoggerOptions = {
    level,
    base: { name: 'vif', pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label, priority: priorities[label] }) },
    // vifkit itself never logs secrets, but a third-party plugin may.
    redact: secrets.flatMap((key) => [key, `*.${key}`]),
  };
  const journal = {
    write(line: string) {
      const { priority = 6 } = JSON.parse(line) as { priority?: number };
      stream.write(`<${priority}>${line}`); // sd-daemon(3)
    },
  };
  const logger: Logger = pino(options, isForJournal ? journal : stream);
  return logger;
}

const secrets = ['password', 'secret', 'token', 'authorization'];

/** Whether standard error is the journal: systemd gives its device and inode (systemd.exec(5), `JOURNAL_STREAM`). */
function isJournal({ JOURNAL_STREAM: journal }: NodeJS.ProcessEnv): boolean {
  if (journal === undefined) return false;
  const { dev, ino } = fstatSync(process.stderr.fd, { bigint: true }); // see isIdle in main.ts
  return journal === `${dev}:${ino}`;
}
