import { type Plan, stepKindOf } from './steps.js';

/** Names that follow from a VIF have this many characters of its id, behind three others: `tap`, `qbr`, `qvo`, ... */
const PART = { start: 3, end: 14 };

/**
 * What no two plans may be at work on together, not even in one call: the VIF, its virtual functions, and the links and
 * ports that are to be the VIF's alone. Whoever comes second must see whose they have become.
 */
export function exclusiveKeys(vifId: string, plan: Plan): string[] {
  const names = plan.flatMap((step) => stepKindOf(step).ownName?.(step) ?? []).map((name) => `name:${name}`);
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
    const { ownName, locks } = stepKindOf(step);
    const own = ownName?.(step);
    return [...(own === undefined ? [] : [nameKey(own)]), ...(locks?.(step) ?? [])];
  });
  return [...new Set([`vif:${vifId.slice(0, PART.end - PART.start)}`, ...functionKeys(plan), ...keys])];
}

function functionKeys(plan: Plan): string[] {
  return [...new Set(plan.flatMap((step) => stepKindOf(step).exclusive?.(step) ?? []))];
}

function nameKey(name: string): string {
  return name.length < PART.end ? `name:${name}` : `vif:${name.slice(PART.start, PART.end)}`;
}
