import { isIPv6 } from 'node:net';
import { dirname } from 'node:path';
import { VifError } from '@vifkit/core';
import { type OptionRules, optionRules, readOptions } from '@vifkit/core/internal';

/** Where an OVSDB server listens. */
export type OvsdbEndpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp' | 'ssl'; readonly host: string; readonly port: number };

/** Open vSwitch's own socket. */
export const DEFAULT_ENDPOINT = 'unix:/var/run/openvswitch/db.sock';

const NETWORK_FORM = /^(tcp|ssl):(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/;

/**
 * Parses an endpoint in the notation of Open vSwitch's active connection methods (ovsdb(7)): `unix:PATH`,
 * `tcp:HOST:PORT` or `ssl:HOST:PORT`, with IPv6 addresses in brackets.
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
  throw invalid(
    `'${text}' is not an OVSDB endpoint: give unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT (IPv6 as [ADDRESS])`,
  );
}

/** The directory of an endpoint's socket, where its daemons have theirs; undefined for a server on another host. */
export function directoryOf(text: string): string | undefined {
  const endpoint = parseEndpoint(text);
  return endpoint.kind === 'unix' ? dirname(endpoint.path) : undefined;
}

/** The first of several endpoints, which are separated by commas. */
export function firstOf(endpoints: string | undefined): string | undefined {
  return endpoints?.split(',')[0] || undefined;
}

/**
 * Keys for an `ssl:` endpoint. `ca`, `cert` and `key` are paths of PEM files, or PEM text. Files are read again for
 * each connection, so that a reconnect uses renewed ones.
 */
export interface OvsdbTlsOptions {
  /** The certificates of the authorities that may have signed the server's. Required for an `ssl:` endpoint. */
  readonly ca?: string | undefined;
  /** Our certificate and its private key. ovsdb-server requires them unless it is configured otherwise. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /**
   * The host name or IP address that the server's certificate must be for. By default no name is checked: the
   * certificates of Open vSwitch's own PKI (`ovs-pki`) contain no host name, and its programs trust whatever the
   * authority signed. But a public authority signs certificates for anybody: with one of those, the certificate must be
   * for the host of the endpoint.
   */
  readonly serverName?: string | undefined;
}

/** PEM text has several lines; a path does not. */
const pem = {
  accepts: (value: unknown) => typeof value === 'string' && !value.includes('\0'),
  says: 'a path, or PEM',
};

const rules: OptionRules<OvsdbTlsOptions> = { ca: pem, cert: pem, key: pem, serverName: optionRules.text };

/** @throws VifError `INVALID_OPTIONS` */
export function readOvsdbTlsOptions(options: OvsdbTlsOptions | undefined): OvsdbTlsOptions {
  return readOptions(options, 'OVSDB over TLS', rules);
}

/**
 * @throws VifError `INVALID_OPTIONS` for an `ssl:` endpoint without an authority, or if only one of certificate and key
 *   is given.
 */
export function checkTlsOptions({ kind }: OvsdbEndpoint, { ca, cert, key }: OvsdbTlsOptions): void {
  if (kind !== 'ssl') return;
  if (!ca) {
    const what = 'An ssl: endpoint needs the CA that signed the certificate of the OVSDB server';
    throw invalid(`${what}: give its file (--ovsdb-ca, or ovsdbTls.ca)`);
  }
  if (Boolean(cert) !== Boolean(key)) {
    throw invalid('A TLS certificate and its private key go together: give both (--ovsdb-cert, --ovsdb-key)');
  }
}

/** The servers that a host talks to: Open vSwitch's, and OVN's. */
interface OvsdbServers {
  readonly ovsdb?: string | undefined;
  readonly ovnSb?: string | undefined;
  readonly ovnNb?: string | undefined;
  readonly ovsdbTls?: OvsdbTlsOptions | undefined;
}

/**
 * Invalid endpoints are reported at once, not when they are first needed.
 * @returns the endpoint of Open vSwitch's database
 * @throws VifError `INVALID_OPTIONS`
 */
export function checkEndpoints({
  ovsdb = DEFAULT_ENDPOINT,
  ovnSb,
  ovnNb,
  ovsdbTls,
}: OvsdbServers): OvsdbEndpoint {
  const tls = readOvsdbTlsOptions(ovsdbTls);
  const others = [firstOf(ovnSb), firstOf(ovnNb)].filter((each) => each !== undefined);
  const database = parseEndpoint(ovsdb);
  for (const each of [database, ...others.map(parseEndpoint)]) checkTlsOptions(each, tls);
  requireEncrypted([ovsdb, ...others], tls);
  return database;
}

/** Refuses keys for TLS if every server is reached in the clear: whoever gives them relies on TLS. */
function requireEncrypted(endpoints: readonly string[], tls: OvsdbTlsOptions): void {
  const clear = endpoints.find((each) => each.startsWith('tcp:'));
  if (clear === undefined || endpoints.some((each) => each.startsWith('ssl:'))) return;
  if (!Object.values(tls).some(Boolean)) return;
  const what = `${clear} is neither encrypted nor authenticated, although keys are given`;
  throw invalid(`${what} (--ovsdb-ca and others, or ovsdbTls): use ssl:, or leave them out`);
}

/** The error for invalid options. */
export function invalid(message: string, cause?: unknown): VifError {
  return new VifError('INVALID_OPTIONS', message, cause === undefined ? {} : { cause });
}
