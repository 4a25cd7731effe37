import { inject, injectable, LOGGER, type Logger } from '@vifkit/core';
import { AcmeOptions } from './acme-options.js';

/** Shared by all classes of the package in one driver. */
@injectable()
export class AcmeClient {
  constructor(
    @inject(AcmeOptions) readonly options: AcmeOptions,
    @inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The driver calls it when it is closed, and waits for it. */
  async dispose(): Promise<void> {
    this.logger.debug({ endpoint: this.options.endpoint }, 'The connections to the fabric are closed');
  }
}
