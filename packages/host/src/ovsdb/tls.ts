import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { VifError } from '@vifkit/core';
import { codeOf } from '../kernel/error-code.js';
import { invalid, type OvsdbTlsOptions } from './endpoint.js';

/** A bundle of all public authorities is some 220 kB in size. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Returns the options in Node's form.
 *
 * @param host the host to connect to.
 * @throws VifError `INVALID_OPTIONS` for a file that cannot be read, is not safe, or contains nothing usable.
 */
export async function readTlsOptions(options: OvsdbTlsOptions, host: string): Promise<ConnectionOptions> {
  const [{ checkServerIdentity, rootCertificates }, { X509Certificate }, ca, cert, key] = await Promise.all([
    import('node:tls'),
    import('node:crypto'),
    readPem('CA certificate', options.ca),
    readPem('certificate', options.cert),
    readPem('private key', options.key),
  ]);
  const hasExpired = (pem: string) => Date.parse(new X509Certificate(pem).validTo) < Date.now();
  const checked = (what: string, pem: string) => {
    const found = certificatesIn(pem);
    if (found.length === 0) throw invalid(`The TLS ${what} has no certificate in it: give PEM`);
    try {
      // The first of our certificates is our own; the others form the chain to its authority.
      if (what === 'certificate' ? hasExpired(found[0] ?? '') : found.every(hasExpired)) {
        throw invalid(`The TLS ${what} has expired: renew it`);
      }
    } catch (cause) {
      if (cause instanceof VifError) throw cause;
      throw invalid(`The TLS ${what} is damaged: create it again`, cause);
    }
    return found;
  };
  const authorities = checked('CA certificate', ca ?? '');
  if (cert !== undefined) checked('certificate', cert);
  const publicOnes = new Set(rootCertificates.map(withoutSpace));
  const isPublic = authorities.some((each) => publicOnes.has(withoutSpace(each)));
  const name = options.serverName ?? (isPublic ? host : undefined);
  return {
    ca: authorities,
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(name !== undefined && !isIP(name) && { servername: name }),
    checkServerIdentity: (_, peer) => (name === undefined ? undefined : checkServerIdentity(name, peer)),
  };
}

/** What an error of the TLS layer means, and what to do; undefined for an error of another layer. */
export function explainTlsError(error: unknown): string | undefined {
  const code = codeOf(error) ?? '';
  if (error instanceof Error && code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `its certificate is for another name (${error.message}); correct the endpoint, or the name that is asked for`;
  }
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code)) {
    return 'its certificate has expired, or is not valid yet; renew it, or set the clock';
  }
  if (/^(CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/.test(code)) {
    return 'its certificate is not signed by the given CA; give the CA that signed it';
  }
  if (/^ERR_SSL_.*ALERT/.test(code)) {
    return `it refuses our certificate, or was sent none (${code}); give it a certificate that its CA has signed, and the key`;
  }
  if (/^(ERR_SSL_|EPROTO$)/.test(code)) return `the TLS handshake failed (${code}); is it an ssl: port?`;
  return undefined;
}

async function readPem(what: string, given: string | undefined): Promise<string | undefined> {
  if (given === undefined || given.includes('-----BEGIN ')) return given;
  let file: FileHandle | undefined;
  try {
    // Opening a pipe would wait for its writer.
    file = await open(given, constants.O_RDONLY | constants.O_NONBLOCK);
    const { mode, size } = await file.stat();
    const refuse = (why: string) => invalid(`The TLS ${what} '${given}' is not used: ${why}`);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw refuse('it is not a regular file');
    if (size > MAX_FILE_BYTES) throw refuse(`it has more than ${MAX_FILE_BYTES} bytes`);
    if (mode & 0o002) throw refuse(`everybody may change it; chmod o-w '${given}'`);
    if (what === 'private key' && mode & 0o004) {
      throw refuse(`everybody may read it; chmod o= '${given}', and make a new key`);
    }
    return await file.readFile('utf8');
  } catch (cause) {
    if (cause instanceof VifError) throw cause;
    const code = codeOf(cause);
    const remedy =
      code === 'EACCES' ? 'let this user read it (chgrp, chmod g+r)' : 'correct the path, or put it there';
    throw invalid(`The TLS ${what} cannot be read from '${given}' (${code}): ${remedy}`, cause);
  } finally {
    await file?.close();
  }
}

function certificatesIn(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

function withoutSpace(pem: string): string {
  return pem.replace(/\s/g, '');
}
