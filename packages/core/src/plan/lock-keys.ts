import type { Plan } from './steps.js';

/**
 * What a plan has to hold while it runs: its VIF, and the links it shares with other VIFs. The VIF's own
 * links need no key of their own, since their names follow from the VIF; Open vSwitch bridges need none
 * either, since OVSDB's transactions order themselves.
 */
export function lockKeys(vifId: string, plan: Plan): string[] {
  const shared = plan.flatMap((step) => (step.kind === 'link' && step.shared ? [`link:${step.name}`] : []));
  return [`vif:${vifId}`, ...shared];
}
