import { renderDevice } from '../output/render-device.js';
import { smallBatch } from './in-batches.js';
import { answering, type RequestCommand } from './request-command.js';

export const config: RequestCommand = {
  name: 'config',
  guests: true,
  batch: smallBatch,
  answer: (driver, requests, options, give) =>
    driver.configAll(requests, {
      ...options,
      onResult: answering(give, ({ device }) => renderDevice(device)),
    }),
};
