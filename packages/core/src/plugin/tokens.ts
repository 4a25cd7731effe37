import type { InjectionToken } from 'tsyringe';
import type { HostFacts, Logger } from '../plan/host.js';

/** The token of the logger: `@inject(LOGGER) logger: Logger`. */
export const LOGGER: InjectionToken<Logger> = Symbol.for('vifkit.logger');

/** The token of the questions to the host: `@inject(FACTS) facts: HostFacts`. */
export const FACTS: InjectionToken<HostFacts> = Symbol.for('vifkit.facts');
