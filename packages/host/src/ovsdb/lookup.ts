import { isIP, isIPv6, type LookupFunction } from 'node:net';
import { runProgram } from '../commands/run-program.js';

/**
 * What a socket looks up the address of a host with; undefined if it needs no lookup, or has to do it itself.
 *
 * The system's lookup cannot be aborted in this process: Node.js would not end before it does, which takes 10 seconds
 * and more if no name server replies. Another process can be ended.
 * @throws Error with the code ENOTFOUND
 * @throws VifError TIMEOUT, ABORTED
 */
export async function lookUp(host: string, signal: AbortSignal): Promise<LookupFunction | undefined> {
  if (isIP(host) !== 0) return undefined;
  const doing = `looking up ${host}`;
  const { stdout, missing } = await runProgram(['getent', 'ahosts', host], { signal, doing });
  if (missing) return undefined;
  const found = stdout.split('\n').flatMap((line) => line.split(/\s+/)[0] || []);
  const addresses = [...new Set(found)].map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  const [first] = addresses;
  if (!first) throw Object.assign(new Error(`There is no host ${host}`), { code: 'ENOTFOUND' });
  return (_, { all }, done) => (all ? done(null, addresses) : done(null, first.address, first.family));
}
