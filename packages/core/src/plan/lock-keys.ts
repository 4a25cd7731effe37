import { type Plan, stepKindOf } from './steps.js';

/**
 * Names that are derived from a VIF have this part of its id after a prefix of three characters: `tap`, `qbr`, `qvo`,
 * ...
 */
const PART = { start: 3, end: 14 };

/**
 * What no two plans may work on at the same time, not even in one call: the VIF, its virtual functions, and the links
 * and ports that belong to the VIF alone. The second plan must see which VIF they belong to by then.
 */
export function exclusiveKeys(vifId: string, plan: Plan): string[] {
  const names = plan.flatMap((step) => stepKindOf(step).ownName?.(step) ?? []).map((name) => `name:${name}`);
  return [`vif:${vifId.toLowerCase()}`, ...functionKeys(plan), ...new Set(names)];
}

/**
 * What a plan must lock against other processes while it runs: the VIF, whose id may be written in either case, its
 * virtual functions, its own links and ports, and the links that it shares with other VIFs. All names with the same part
 * of an id have the same key as the VIF, because two VIFs whose ids begin alike have the same names. An Open vSwitch
 * bridge that stays needs no lock, since OVSDB orders its transactions.
 */
export function lockKeys(vifId: string, plan: Plan): string[] {
  const keys = plan.flatMap((step) => {
    const { ownName, locks } = stepKindOf(step);
    const own = ownName?.(step);
    return [...(own === undefined ? [] : [nameKey(own)]), ...(locks?.(step) ?? [])];
  });
  return [
    ...new Set([
      `vif:${vifId.slice(0, PART.end - PART.start).toLowerCase()}`,
      ...functionKeys(plan),
      ...keys,
    ]),
  ];
}

function functionKeys(plan: Plan): string[] {
  return [...new Set(plan.flatMap((step) => stepKindOf(step).exclusive?.(step) ?? []))];
}

function nameKey(name: string): string {
  return name.length < PART.end ? `name:${name}` : `vif:${name.slice(PART.start, PART.end).toLowerCase()}`;
}
