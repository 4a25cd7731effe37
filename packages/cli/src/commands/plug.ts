import { renderChanges } from '../output/render-changes.js';
import { largeBatch } from './batch-sizes.js';
import { answering, type RequestCommand } from './request-command.js';

export const plug: RequestCommand = {
  name: 'plug',
  guests: false,
  batch: largeBatch,
  answer: (driver, requests, options, give) =>
    driver.plugAll(requests, { ...options, onResult: answering(give, renderChanges) }),
};
