/** An input that cannot be read at all. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
