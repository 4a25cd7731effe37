import type { VifError } from '@vifkit/core';
import { printable } from './printable.js';

/** The line for a request's error. The request is named where the message does not name it itself. */
export function errorLine(id: string | null, { code, message }: VifError): string {
  const request = id === null || names(message, id) ? '' : ` (request ${id})`;
  return `${printable(`vif: ${code}: ${message}${request}`)}\n`;
}

function names(message: string, id: string): boolean {
  return message.split(/[\s'"(),:;]+/).includes(id);
}
