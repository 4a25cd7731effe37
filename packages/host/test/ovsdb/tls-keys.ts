import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface KeyFiles {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes an authority, and keys that it signed for each of these names, as files in the directory.
 *
 * @param extra further arguments of openssl for the names' certificates.
 */
export async function makeKeys<N extends string>(
  directory: string,
  names: readonly N[],
  extra: readonly string[] = [],
): Promise<Record<N, KeyFiles>> {
  const file = (name: string) => join(directory, name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const ca = file('ca.pem');
  const caKey = file('ca.key');
  await run('openssl', ['req', '-x509', ...newKey, '-subj', '/CN=authority', '-keyout', caKey, '-out', ca]);
  const keys: Partial<Record<N, KeyFiles>> = {};
  for (const name of names) {
    const [cert, key] = [file(`${name}.pem`), file(`${name}.key`)];
    const signed = ['-CA', ca, '-CAkey', caKey, '-subj', `/CN=${name}`, '-keyout', key, '-out', cert];
    await run('openssl', ['req', '-x509', ...newKey, ...signed, ...extra]);
    keys[name] = { ca, cert, key };
  }
  return keys as Record<N, KeyFiles>;
}

/** Puts in the place of a certificate one that ended yesterday. */
export async function letExpire({ ca, cert, key }: KeyFiles): Promise<void> {
  const request = `${cert}.csr`;
  const authority = ['-CA', ca, '-CAkey', ca.replace(/pem$/, 'key'), '-CAcreateserial'];
  await run('openssl', ['req', '-new', '-key', key, '-subj', '/CN=late', '-out', request]);
  await run('openssl', ['x509', '-req', '-in', request, ...authority, '-days', '-1', '-out', cert]);
}
