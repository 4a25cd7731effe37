import type { Plan } from './steps.js';

/** What no two plans may be at work on together, not even in one call: the VIF, and its virtual functions. */
export function exclusiveKeys(vifId: string, plan: Plan): string[] {
  const functions = plan.flatMap((step) => (step.kind === 'vf' ? [`vf:${step.address.toLowerCase()}`] : []));
  return [`vif:${vifId}`, ...new Set(functions)];
}

/**
 * What a plan has to hold while it runs: besides its {@link exclusiveKeys}, the links it shares with other VIFs.
 * The VIF's own links need no key of their own, since their names follow from the VIF; Open vSwitch bridges need
 * none either, since OVSDB's transactions order themselves.
 */
export function lockKeys(vifId: string, plan: Plan): string[] {
  const keys = plan.flatMap((step) => {
    // All filters are in one table, which comes with the first of them and goes with the last.
    if (step.kind === 'guestFilter' || step.kind === 'guestFilterAbsent') return ['filters'];
    const isShared = step.kind === 'link' && step.shared;
    return isShared || step.kind === 'linkUser' || step.kind === 'linkUserAbsent'
      ? [`link:${step.name}`]
      : [];
  });
  return [...new Set([...exclusiveKeys(vifId, plan), ...keys])];
}
