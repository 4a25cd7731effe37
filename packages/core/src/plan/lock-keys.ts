import type { Plan, Step } from './steps.js';

/** Names that follow from a VIF have this many characters of its id, behind three others: `tap`, `qbr`, `qvo`, ... */
const PART = { start: 3, end: 14 };

/**
 * What no two plans may be at work on together, not even in one call: the VIF, its virtual functions, and the links and
 * ports that are to be the VIF's alone. Whoever comes second must see whose they have become.
 */
export function exclusiveKeys(vifId: string, plan: Plan): string[] {
  const names = plan.flatMap((step) => ownName(step) ?? []).map((name) => `name:${name}`);
  return [`vif:${vifId}`, ...functionKeys(plan), ...new Set(names)];
}

/**
 * What a plan has to hold while it runs, for the sake of other processes: the VIF, its virtual functions, its own links
 * and ports, and the links it shares with other VIFs. All names with the same part of an id have one key, which is that of
 * the VIF, too: two VIFs whose ids begin alike have the same names. Open vSwitch bridges need none, since OVSDB's
 * transactions order themselves.
 */
export function lockKeys(vifId: string, plan: Plan): string[] {
  const keys = plan.flatMap((step) => {
    // All filters are in one table, which comes with the first of them and goes with the last.
    if (step.kind === 'guestFilter' || step.kind === 'guestFilterAbsent') return ['filters'];
    const own = ownName(step);
    if (own !== undefined) return [nameKey(own)];
    const isShared = step.kind === 'link' && step.shared;
    return isShared || step.kind === 'linkUser' || step.kind === 'linkUserAbsent'
      ? [`link:${step.name}`]
      : [];
  });
  return [...new Set([`vif:${vifId.slice(0, PART.end - PART.start)}`, ...functionKeys(plan), ...keys])];
}

function functionKeys(plan: Plan): string[] {
  return [
    ...new Set(plan.flatMap((step) => (step.kind === 'vf' ? [`vf:${step.address.toLowerCase()}`] : []))),
  ];
}

/** What a step is about, if it is to be one VIF's alone, or goes as such. */
function ownName(step: Step): string | undefined {
  switch (step.kind) {
    case 'link':
      return step.create && !step.shared ? step.name : undefined;
    case 'linkAbsent':
    case 'ovsPort':
    case 'ovsPortAbsent':
      return step.name;
    default:
      return undefined;
  }
}

function nameKey(name: string): string {
  return name.length < PART.end ? `name:${name}` : `vif:${name.slice(PART.start, PART.end)}`;
}
