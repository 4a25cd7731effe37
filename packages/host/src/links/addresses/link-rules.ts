/** A policy routing rule that names a link. */
export interface LinkRule {
  readonly family: 'inet' | 'inet6';
  /** Whether it matches packets that come in on the link, or packets sent by a socket that is bound to it. */
  readonly direction: 'iif' | 'oif';
  readonly link: string;
  readonly priority: number;
  /** The rest of the rule, in comparable form. */
  readonly rest: string;
}

/** A rule as `ip -json rule` prints it; only the fields that we use. */
export interface IpRule extends Readonly<Record<string, unknown>> {
  readonly priority?: number;
  readonly iif?: string;
  readonly oif?: string;
}

/** Reads the rules that name links. */
export function parseRules(rules: readonly IpRule[], family: LinkRule['family']): LinkRule[] {
  return rules.flatMap((rule) =>
    (['iif', 'oif'] as const).flatMap((direction): LinkRule[] => {
      const { priority = 0, [direction]: link, ...others } = rule;
      if (link === undefined) return [];
      // Says whether a link of that name currently exists.
      const entries = Object.entries(others).filter(([key]) => !key.endsWith('_detached'));
      return [{ family, direction, link, priority, rest: JSON.stringify(entries.sort()) }];
    }),
  );
}

/**
 * The rules for a link that would no longer match once another link has its addresses: there is no equivalent rule for
 * the other link.
 */
export function rulesLost(rules: readonly LinkRule[], from: string, to: string): LinkRule[] {
  const keyOf = ({ family, direction, rest }: LinkRule) => [family, direction, rest].join(' ');
  const kept = new Set(rules.filter(({ link }) => link === to).map(keyOf));
  return rules.filter((rule) => rule.link === from && !kept.has(keyOf(rule)));
}
