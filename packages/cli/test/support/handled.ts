import type { Handled, Timeline } from '@vifkit/engine';

/** What all results have in common. */
export const handled: Handled & { readonly timeline: Timeline } = {
  id: '29755d96-9990-4b1c-9c7e-2f3a5d5a1d11',
  vifId: '29755d96-9990-4b1c-9c7e-2f3a5d5a1d11',
  path: 'os-vif',
  plugin: 'ovs',
  reason: "it is an os-vif object, for the plugin 'ovs'",
  timeline: [],
};
