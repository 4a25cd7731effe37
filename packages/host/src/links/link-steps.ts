import type { LinkAbsentStep, LinkStep, LinkUserAbsentStep, LinkUserStep } from '@vifkit/core/steps';

/** The steps that concern links. */
export type LinkSteps = LinkStep | LinkAbsentStep | LinkUserStep | LinkUserAbsentStep;
