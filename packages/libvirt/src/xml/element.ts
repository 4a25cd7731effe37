/** An XML element without text: libvirt's devices say everything in attributes. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: XmlAttributes;
  readonly children: readonly XmlElement[];
}

export type XmlAttributes = Readonly<Record<string, string | number>>;

/** An element; children that are undefined are left out. */
export function element(
  name: string,
  attributes: XmlAttributes,
  ...children: readonly (XmlElement | undefined)[]
): XmlElement {
  return { name, attributes, children: children.filter((child) => child !== undefined) };
}

/** The child for a value that may be missing. */
export function optional<T>(value: T | undefined, child: (value: T) => XmlElement): XmlElement | undefined {
  return value === undefined ? undefined : child(value);
}
