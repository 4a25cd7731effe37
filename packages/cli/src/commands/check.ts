import { renderCheck } from '../output/render-check.js';
import { largeBatch } from './batch-sizes.js';
import { answering, type RequestCommand } from './request-command.js';

export const check: RequestCommand = {
  name: 'check',
  guests: false,
  batch: largeBatch,
  answer: (driver, requests, options, give) =>
    driver.checkAll(requests, {
      ...options,
      onResult: answering(give, renderCheck, ({ differences }) => differences.length > 0),
    }),
};
