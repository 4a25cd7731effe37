/**
 * Whose rules decide how a VIF of Nova's network model is converted to an os-vif object, and what its guest's device
 * looks like: those of Nova 14 (Newton), or those of today's Nova.
 */
export const routings = ['newton', 'current'] as const;

export type Routing = (typeof routings)[number];
