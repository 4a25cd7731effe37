/** The `code` of an error of Node.js, of the kernel's or of OpenSSL's, if it has one. It may be anything that was thrown. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
