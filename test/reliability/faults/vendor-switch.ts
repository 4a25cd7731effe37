import type { Ending } from '@vifkit/testkit';

/** The type of links that a vendor's tool makes. */
export const VENDOR_LINK = 'fp';

/** What the words that vendors' tools are called with do, and to what: true makes it. */
const verbs: Readonly<Record<string, readonly [what: string, isMade: boolean]>> = {
  '--bind-port': ['binding', true],
  '--unbind-port': ['binding', false],
  '--oper=add': ['port', true],
  '--oper=delete': ['port', false],
  add_port: ['port', true],
  del_port: ['port', false],
  ifup: ['up', true],
  ifdown: ['up', false],
  'add-port': ['port', true],
  'del-port': ['port', false],
  add: ['', true],
  del: ['', false],
};

/** Vendors' tools, and what they have made by now: the part of a host that nobody can read. */
export class VendorSwitch {
  readonly #made = new Set<string>();

  get made(): string[] {
    return [...this.#made].sort();
  }

  readonly #tool: Ending = {
    effect: ([program = '', ...args], links) => {
      const words = args.flatMap((arg) => arg.split(' '));
      const index = words.findIndex((word) => verbs[word]);
      const [what, isMade] = verbs[words[index] ?? ''] ?? ['', false];
      if (program === 'fp-vdev') {
        const name = words[index + 1] ?? ''; // 6WIND's makes and removes links
        if (isMade) links.put({ name, type: VENDOR_LINK });
        else links.remove(name);
      } else if (isMade) this.#made.add(what);
      else this.#made.delete(what);
    },
  };

  readonly endings: Readonly<Record<string, Ending>> = Object.fromEntries(
    ['mm-ctl', 'vrouter-port-control', 'ifc_ctl', 'ebrctl', 'ivs-ctl', 'fp-vdev'].map((name) => [
      name,
      this.#tool,
    ]),
  );
}
