import { renderPlan } from '../output/render-plan.js';
import { largeBatch } from './in-batches.js';
import { answers, type RequestCommand } from './request-command.js';

export const plan: RequestCommand = {
  name: 'plan',
  guests: false,
  batch: largeBatch,
  answer: async (driver, requests, options) => answers(await driver.planAll(requests, options), renderPlan),
};
