import { renderChanges } from '../output/render-changes.js';
import { largeBatch } from './in-batches.js';
import { answers, type RequestCommand } from './request-command.js';

export const unplug: RequestCommand = {
  name: 'unplug',
  guests: false,
  batch: largeBatch,
  answer: async (driver, requests, options) =>
    answers(await driver.unplugAll(requests, options), renderChanges),
};
