import type { VifDriver } from '@vifkit/engine';

/** What plugging a request would take, found out on a host in memory. */
export interface Rehearsal {
  readonly request: object;
  /** Open vSwitch bridges that its VIF is plugged into. */
  readonly bridges: readonly string[];
  /** Links that have to be there already, as a network's uplink. */
  readonly links: readonly string[];
  readonly makesTap: boolean;
}

/** Plans a request; one that is refused takes nothing. */
export async function rehearse(request: object, driver: VifDriver): Promise<Rehearsal> {
  const planned = await driver.plan(request).then(
    ({ steps }) => steps,
    () => [],
  );
  const steps = planned.map(({ step }) => step);
  return {
    request,
    bridges: steps.flatMap((step) => (step.kind === 'ovsBridge' ? step.name : [])),
    links: planned.flatMap(({ step, blocked }) =>
      step.kind === 'link' && blocked?.code === 'LINK_NOT_FOUND' ? step.name : [],
    ),
    makesTap: steps.some((step) => step.kind === 'link' && step.create?.type === 'tap'),
  };
}

/** All of these names once. */
export function namesOf(rehearsals: readonly Rehearsal[], what: 'bridges' | 'links'): string[] {
  return [...new Set(rehearsals.flatMap((rehearsal) => rehearsal[what]))];
}
