import type { DeclaredClass } from './field-spec.js';

// A registered symbol: objects of another copy of this package have it, too.
const kinds: unique symbol = Symbol.for('vifkit.kinds');

interface Named {
  readonly [kinds]?: unknown;
}

const none: readonly string[] = [];
const own = new Map<string, DeclaredClass>();

/**
 * Gives a class its name for other programs and other copies of this package. The name of the class in the code will
 * not do: bundlers change it. Objects carry the names of their class and of all that it extends, nearest first.
 */
export function nameKind(type: DeclaredClass, name: string): void {
  const inherited = kindsOf(type.prototype);
  Object.defineProperty(type.prototype, kinds, { value: Object.freeze([name, ...inherited]) });
  own.set(name, type);
}

/** Whether a value is of the class with this prototype, or of one that extends it; of whichever copy of this package. */
export function hasInstance(this: { readonly prototype: object }, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const names = kindsOf(value);
  if (names.length === 0) return false; // as of plain JSON, which is asked about most
  const { prototype } = this;
  if (Object.prototype.isPrototypeOf.call(prototype, value)) return true;
  const isPrototype = Object.hasOwn(value, kinds); // of a class itself: it is no instance of it
  return !isPrototype && names.includes(kindName(prototype) ?? '');
}

/** Our class for an object that another copy of this package has made; undefined for all other values. */
export function foreignClassOf(value: unknown): DeclaredClass | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const [name] = kindsOf(value);
  const type = name === undefined ? undefined : own.get(name);
  return type && !Object.prototype.isPrototypeOf.call(type.prototype, value) ? type : undefined;
}

/** Our class of the name that the class with this prototype has, whichever copy of this package declared that. */
export function ownClassFor(prototype: object): DeclaredClass | undefined {
  return own.get(kindName(prototype) ?? '');
}

/** The name of the class with this prototype; undefined for one that has none of its own. */
export function kindName(prototype: object): string | undefined {
  return Object.hasOwn(prototype, kinds) ? kindsOf(prototype)[0] : undefined;
}

/** What an object's class is called on the wire and in messages; in the code, if it has no name of its own. */
export function classNameOf(object: object): string {
  return nameOfClass({ prototype: Object.getPrototypeOf(object) });
}

export function nameOfClass({ prototype }: { readonly prototype: object }): string {
  return kindName(prototype)?.split('.').at(-1) ?? prototype.constructor.name;
}

function kindsOf(object: Named): readonly string[] {
  const found = object[kinds];
  return Array.isArray(found) ? found : none;
}
