import type { InjectionToken } from 'tsyringe';
import type { Logger } from '../logging/logger.js';

/** The token of the logger: `@inject(LOGGER) logger: Logger`. */
export const LOGGER: InjectionToken<Logger> = Symbol.for('vifkit.logger');
