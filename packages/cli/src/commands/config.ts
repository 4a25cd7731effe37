import { smallBatch } from './in-batches.js';
import { answers, type RequestCommand } from './request-command.js';

export const config: RequestCommand = {
  name: 'config',
  guests: true,
  batch: smallBatch,
  answer: async (driver, requests, options) =>
    answers(await driver.configAll(requests, options), ({ device }) => device.toXml()),
};
