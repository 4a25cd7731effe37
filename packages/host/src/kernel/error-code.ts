/**
 * The `code` of an error of Node.js, the kernel or OpenSSL, if it has one. The argument may be anything that was
 * thrown.
 */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
