const longestText = 255;

/** sun_path of a Unix socket's address is 108 bytes with its NUL. */
const longestSocketPath = 107;

/** Control characters, lone surrogates, and the two code points that XML 1.0 forbids besides. */
const unfit = /[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u;

/** At most 255 characters, all of which XML 1.0, a command line and one line of a file can carry. */
export function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestText && !unfit.test(value);
}

/** The absolute path of a Unix socket, of at most 107 bytes. */
export function isSocketPath(value: unknown): value is string {
  return isPlainText(value) && value.startsWith('/') && Buffer.byteLength(value) <= longestSocketPath;
}
