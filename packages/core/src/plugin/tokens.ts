import type { InjectionToken } from 'tsyringe';
import type { HostFacts } from '../host/facts.js';
import type { Logger } from '../logging/logger.js';

/** The token of the logger: `@inject(LOGGER) logger: Logger`. */
export const LOGGER: InjectionToken<Logger> = Symbol.for('vifkit.logger');

/** The token of the questions to the host: `@inject(FACTS) facts: HostFacts`. */
export const FACTS: InjectionToken<HostFacts> = Symbol.for('vifkit.facts');
