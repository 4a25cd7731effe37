import { renderChanges } from '../output/render-changes.js';
import { largeBatch } from './in-batches.js';
import { answers, type RequestCommand } from './request-command.js';

export const plug: RequestCommand = {
  name: 'plug',
  guests: false,
  batch: largeBatch,
  answer: async (driver, requests, options) =>
    answers(await driver.plugAll(requests, options), renderChanges),
};
