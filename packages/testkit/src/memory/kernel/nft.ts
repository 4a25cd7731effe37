import { type GuestFilter, parseFilters } from '@vifkit/host/parts';

/** An element of a set: a value, or several that belong together; and its comment. */
interface Element {
  readonly values: readonly string[];
  readonly comment: string | undefined;
}

interface Table {
  /** The elements of each set, by their keys. */
  readonly sets: Map<string, Map<string, Element>>;
  /** Each chain with its rules, and the words about its hook. */
  readonly chains: Map<string, { readonly hook: string; readonly rules: string[] }>;
}

interface NftReply {
  readonly stdout?: string;
  readonly stderr?: string;
}

const MISSING = 'Error: Could not process rule: No such file or directory';

/** The error message of `nft`. */
class Refusal extends Error {}

/** The tables of nftables, in memory, as far as ours goes: sets, their elements, chains and rules. */
export class Nft {
  #tables = new Map<string, Table>();

  /** The names in the elements that lines are about: links of guests. */
  linksIn(lines: readonly string[]): string[] {
    const named = lines.flatMap((line) => /\{ "([^"]+)"/.exec(line)?.[1] ?? []);
    if (named.length > 0) return [...new Set(named)];
    const all = [...this.#tables.values()].flatMap(({ sets }) => [...(sets.get('guests')?.values() ?? [])]);
    return all.flatMap(({ values }) => values);
  }

  /** The filters of guests in our table, by the names of their links. */
  guestFilters(): Record<string, GuestFilter> {
    const { stdout } = this.list(['bridge', 'vifkit']);
    return stdout === undefined ? {} : Object.fromEntries([...parseFilters(stdout).guests].sort());
  }

  /** What `nft -j list table` prints. */
  list([family = '', name = '']: readonly string[]): NftReply {
    const table = this.#tables.get(`${family} ${name}`);
    if (!table) return { stderr: `${MISSING}\nlist table ${family} ${name}\n` };
    const sets = [...table.sets].map(([set, elements]) => {
      const elem = [...elements.values()].map(elementJson);
      return { set: { family, name: set, table: name, ...(elem.length > 0 && { elem }) } };
    });
    const chains = [...table.chains].flatMap(([chain, { hook, rules }]) => [
      { chain: { family, table: name, name: chain, ...hookJson(hook) } },
      ...rules.map((rule) => ({ rule: { family, table: name, chain, ...ruleJson(rule) } })),
    ]);
    const metainfo = { version: '1.0.6', json_schema_version: 1 };
    return {
      stdout: JSON.stringify({ nftables: [{ metainfo }, { table: { family, name } }, ...sets, ...chains] }),
    };
  }

  /** A transaction: all of the lines, or none. */
  run(lines: readonly string[]): NftReply {
    const before = structuredClone(this.#tables);
    try {
      for (const line of lines) this.#carryOut(line);
      return {};
    } catch (error) {
      this.#tables = before;
      if (error instanceof Refusal) return { stderr: error.message };
      throw error;
    }
  }

  #carryOut(line: string): void {
    const [, verb = '', object = '', family = '', name = '', rest = ''] =
      /^(\w+) (\w+) (\w+) (\w+) ?(.*)$/.exec(line) ?? [];
    const key = `${family} ${name}`;
    if (object === 'table') {
      if (verb === 'create' && this.#tables.has(key))
        throw new Refusal('Error: Could not process rule: File exists');
      if (verb === 'delete' && !this.#tables.has(key)) throw new Refusal(MISSING);
      if (verb === 'delete') this.#tables.delete(key);
      else this.#tables.set(key, { sets: new Map(), chains: new Map() });
      return;
    }
    const table = this.#tables.get(key);
    if (!table) throw new Refusal(MISSING);
    const [own = '', ...words] = rest.split(' ');
    if (object === 'set') table.sets.set(own, new Map());
    else if (object === 'chain') table.chains.set(own, { hook: words.join(' '), rules: [] });
    else if (object === 'rule') required(table.chains.get(own)).rules.push(words.join(' '));
    else if (object === 'element') changeElement(verb, required(table.sets.get(own)), words.join(' '));
    else throw new Refusal(`Error: syntax error, unexpected string: ${line}`);
  }
}

/** `{ type filter hook prerouting priority -300; policy accept; }` */
function hookJson(text: string): object {
  const [, type, hook, prio, policy] =
    /type (\w+) hook (\w+) priority (-?\d+); policy (\w+)/.exec(text) ?? [];
  return type === undefined ? {} : { type, hook, prio: Number(prio), policy };
}

/** Only the verdict of a rule is printed. */
function ruleJson(text: string): object {
  const [, rule = '', comment] = /^(.*?)(?: comment "(.*)")?$/.exec(text) ?? [];
  const [, verdict = 'continue', target] = /(drop|accept|jump)(?: (\w+))?$/.exec(rule) ?? [];
  const last = { [verdict]: target === undefined ? null : { target } };
  return { ...(comment !== undefined && { comment }), expr: [last] };
}

function changeElement(verb: string, set: Map<string, Element>, text: string): void {
  const [, inner = ''] = /^\{ (.*) \}$/.exec(text) ?? [];
  const [, value = '', comment] = /^(.*?)(?: comment "(.*)")?$/.exec(inner) ?? [];
  const values = value.split(' . ').map((each) => each.replace(/^"(.*)"$/, '$1'));
  const key = values.join(' . ');
  if (verb === 'add') set.set(key, { values, comment });
  else if (!set.delete(key)) throw new Refusal(MISSING);
}

function elementJson({ values: [first, ...others], comment }: Element): unknown {
  const value = others.length > 0 ? { concat: [first, ...others] } : first;
  return comment === undefined ? value : { elem: { val: value, comment } };
}

function required<T>(found: T | undefined): T {
  if (found === undefined) throw new Refusal(MISSING);
  return found;
}
