import type { Logger, PluginPackage } from '@vifkit/core';
import type { DeviceBackend, GuestConfigurator, GuestContext, Routing } from '@vifkit/core/nova';
import type { VIFBase } from '@vifkit/core/os-vif';
import { type MemoryHost, type MemoryHostOptions, memoryHost } from '@vifkit/testkit';
import { createVifDriver } from '../../../src/driver/create-vif-driver.js';
import type { VifDriver } from '../../../src/driver/vif-driver.js';

/** What a driver asked of the guests' side. */
interface Asked {
  readonly what: VIFBase | DeviceBackend;
  readonly mac?: string;
  readonly context: GuestContext;
}

interface Bench {
  readonly host: MemoryHost;
  readonly driver: VifDriver;
  readonly asked: Asked[];
}

/** A driver on a memory host, with these plugins, and guests that note what they are asked. */
export function benchWith(
  provides: PluginPackage['provides'],
  options: MemoryHostOptions & { readonly logger?: Logger; readonly routing?: Routing } = {},
): Bench {
  const asked: Asked[] = [];
  const note = (each: Asked) => {
    asked.push(each);
    return { toXml: () => '<interface/>\n' };
  };
  const guests: GuestConfigurator = {
    forObject: (what, context) => note({ what, context }),
    forBackend: (what, mac, context) => note({ what, mac, context }),
  };
  const { logger, routing, ...hostOptions } = options;
  const host = memoryHost(hostOptions);
  const plugins = [{ name: '@acme/plugin', provides }];
  const more = { ...(logger && { logger }), ...(routing && { routing }) };
  return { host, asked, driver: createVifDriver({ host, guests, plugins, ...more }) };
}
