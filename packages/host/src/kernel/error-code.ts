import { VifError } from '@vifkit/core';

/**
 * The `code` of an error of Node.js, the kernel or OpenSSL, if it has one. The argument may be anything that was
 * thrown.
 */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the process, or the whole host, has no file descriptors left. */
export function isExhaustion(error: unknown): boolean {
  return ['EMFILE', 'ENFILE'].includes(codeOf(error) ?? '');
}

/** @param consequence as in `ip cannot be started` */
export function exhausted(consequence: string, cause: unknown): VifError {
  const remedy = "Raise this process's limit (ulimit -n, LimitNOFILE=), or close some";
  const text = `${consequence}: too many files are open. ${remedy}`;
  return new VifError('DESCRIPTORS_EXHAUSTED', text, { cause });
}

/**
 * What is assumed of a file that cannot be read. It may be missing, this user may not read it, or it is an attribute
 * that the device lacks, for which a driver may return any error. But without descriptors, nothing is known about it.
 *
 * @throws VifError DESCRIPTORS_EXHAUSTED
 */
export function unlessExhausted<T>(error: unknown, assumed: T): T {
  if (isExhaustion(error)) throw exhausted('The state of the host cannot be read', error);
  return assumed;
}
