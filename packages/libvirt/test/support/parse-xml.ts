import { create } from 'xmlbuilder2';

export interface ParsedElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly ParsedElement[];
}

type Node = ReturnType<typeof create>['node'];

const ELEMENT = 1;

/** An XML element without what does not count: white space, and the order of attributes and of children. */
export function parseXml(xml: string): ParsedElement {
  return parseElement(create(xml).root().node);
}

function parseElement(node: Node): ParsedElement {
  const { attributes } = node as unknown as { attributes: Iterable<{ name: string; value: string }> };
  return {
    name: node.nodeName,
    attributes: Object.fromEntries([...attributes].map(({ name, value }) => [name, value])),
    children: [...node.childNodes]
      .filter(({ nodeType }) => nodeType === ELEMENT)
      .map(parseElement)
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
}
