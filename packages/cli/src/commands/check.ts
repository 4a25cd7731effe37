import { renderCheck } from '../output/render-check.js';
import { largeBatch } from './in-batches.js';
import { answers, type RequestCommand } from './request-command.js';

export const check: RequestCommand = {
  name: 'check',
  guests: false,
  batch: largeBatch,
  answer: async (driver, requests, options) =>
    answers(
      await driver.checkAll(requests, options),
      renderCheck,
      ({ differences }) => differences.length > 0,
    ),
};
