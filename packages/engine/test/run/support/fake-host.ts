import type { StepRunner } from '@vifkit/core/step-kinds';
import type { OvsPortStep, Step } from '@vifkit/core/steps';
import type { Host, HostLocks } from '../../../src/run/host.js';

/** Notes which keys are held; refuses none. */
export class FakeLocks implements HostLocks {
  readonly held = new Set<string>();
  readonly acquired: string[][] = [];

  async acquire(keys: readonly string[]): Promise<() => Promise<void>> {
    this.acquired.push([...keys]);
    for (const key of keys) this.held.add(key);
    return async () => {
      for (const key of keys) this.held.delete(key);
    };
  }

  async tryAcquire(key: string): Promise<(() => Promise<void>) | undefined> {
    return this.held.has(key) ? undefined : this.acquire([key]);
  }
}

export function fakeHost(runners: readonly StepRunner[], locks: HostLocks = new FakeLocks()): Host {
  return {
    runners,
    locks,
    facts: {
      linkMtu: async () => undefined,
      linkHasCarrier: async () => false,
      linkMac: async () => undefined,
      linkAddresses: async () => [],
      kernelRelease: async () => '6.1.0',
      pciNetDevice: async () => undefined,
      virtualFunction: async () => undefined,
      representor: async () => undefined,
      vdpaDevice: async () => undefined,
      vfHolder: async () => undefined,
    },
    close: async () => {},
  };
}

export const link = (name: string, shared = false): Step => ({
  kind: 'link',
  name,
  create: { type: 'bridge' },
  shared,
});

export const noLink = (name: string): Step => ({ kind: 'linkAbsent', name, type: 'tap', own: true });

export const port = (name: string): OvsPortStep => ({
  kind: 'ovsPort',
  bridge: 'br-int',
  name,
  externalIds: {},
  wired: true,
});

export const command = (program: string, whenCreated?: string): Step => ({
  kind: 'command',
  argv: [program],
  ...(whenCreated !== undefined && { whenCreated }),
});
