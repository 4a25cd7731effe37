/** Where `ivs-ctl` comes from. */
export const vendor = "Big Switch Networks' Indigo Virtual Switch";

export function addPort(link: string): string[] {
  return ['ivs-ctl', 'add-port', link];
}

export function deletePort(link: string): string[] {
  return ['ivs-ctl', 'del-port', link];
}
