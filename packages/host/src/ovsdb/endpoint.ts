import { isIPv6 } from 'node:net';
import { VifError } from '@vifkit/core';

/** Where an OVSDB server listens. */
export type OvsdbEndpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp' | 'ssl'; readonly host: string; readonly port: number };

const NETWORK_FORM = /^(tcp|ssl):(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/;

/**
 * Reads an endpoint as Open vSwitch writes its active connection methods (ovsdb(7)): `unix:PATH`,
 * `tcp:HOST:PORT` or `ssl:HOST:PORT`, with an IPv6 address in brackets.
 *
 * @throws VifError `INVALID_OPTIONS` for anything else.
 */
export function parseEndpoint(text: string): OvsdbEndpoint {
  if (/^unix:[^\0]+$/.test(text)) return { kind: 'unix', path: text.slice('unix:'.length) };
  const [, kind, ipv6, name, digits] = NETWORK_FORM.exec(text) ?? [];
  const port = Number(digits);
  const host = ipv6 === undefined ? name : isIPv6(ipv6) ? ipv6 : undefined;
  if ((kind === 'tcp' || kind === 'ssl') && host !== undefined && port > 0 && port < 65_536) {
    return { kind, host, port };
  }
  throw new VifError(
    'INVALID_OPTIONS',
    `'${text}' is no OVSDB endpoint: give unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT (IPv6 as [ADDRESS])`,
  );
}
