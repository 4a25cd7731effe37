/** A line of a tree, with lines of detail below it. */
export interface Branch {
  readonly line: string;
  readonly details?: readonly string[];
}

/** A heading with branches, ended by a newline. */
export function tree(heading: string, branches: readonly Branch[]): string {
  const lines = branches.flatMap(({ line, details = [] }, i) => {
    const isLast = i === branches.length - 1;
    const [fork, stem] = isLast ? ['└─ ', '     '] : ['├─ ', '│    '];
    return [fork + line, ...details.map((detail) => stem + detail)];
  });
  return `${[heading, ...lines].join('\n')}\n`;
}
