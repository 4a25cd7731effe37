// C0, DEL and C1; what reverses the direction of text; line and paragraph separators.
const unprintable = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** A text with control characters escaped: ids and messages come from the input, and could steer a terminal. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
