/** `up`, or `IPv6 off`. */
export function flagWords(flags: Readonly<Record<string, boolean | undefined>>): string[] {
  return Object.entries(flags).flatMap(([name, value]) =>
    value === undefined ? [] : value ? name : `${name} off`,
  );
}

/** `mtu 1450`. */
export function numberWords(numbers: Readonly<Record<string, number | undefined>>): string[] {
  return Object.entries(numbers).flatMap(([name, value]) => (value === undefined ? [] : `${name} ${value}`));
}
