import type { Logger } from '@vifkit/core';
import type { Output } from './output.js';
import { printable } from './text.js';

/** A logger for people, or none (and then pino is not even loaded). */
export async function openLogger(verbose: number, stream: Output): Promise<Logger | undefined> {
  if (verbose === 0) return undefined;
  const [{ pino }, { default: pretty }] = await Promise.all([import('pino'), import('pino-pretty')]);
  const destination = pretty({
    destination: stream,
    colorize: stream.hasColors?.() ?? false,
    ignore: 'pid,hostname',
    singleLine: true,
    messageFormat: (log, key) => printable(String(log[key])),
  });
  const logger: Logger = pino({ level: verbose === 1 ? 'info' : 'debug' }, destination);
  return logger;
}
