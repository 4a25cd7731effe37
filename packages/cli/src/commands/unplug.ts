import { renderChanges } from '../output/render-changes.js';
import { largeBatch } from './batch-sizes.js';
import { answering, type RequestCommand } from './request-command.js';

export const unplug: RequestCommand = {
  name: 'unplug',
  guests: false,
  batch: largeBatch,
  answer: (driver, requests, options, give) =>
    driver.unplugAll(requests, { ...options, onResult: answering(give, renderChanges) }),
};
