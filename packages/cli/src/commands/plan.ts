import { renderPlan } from '../output/render-plan.js';
import { largeBatch } from './batch-sizes.js';
import { answering, type RequestCommand } from './request-command.js';

export const plan: RequestCommand = {
  name: 'plan',
  guests: false,
  batch: largeBatch,
  answer: (driver, requests, options, give) =>
    driver.planAll(requests, { ...options, onResult: answering(give, renderPlan) }),
};
