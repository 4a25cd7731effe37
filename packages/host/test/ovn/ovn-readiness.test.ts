import { describe, expect, it } from 'vitest';
import { OvnReadiness, type OvnReadinessParts } from '../../src/ovn/ovn-readiness.js';
import type { PortBinding } from '../../src/ovn/southbound.js';

const port = { vifId: 'a', interfaceId: 'a', bridge: 'br-int', name: 'tap0', isGuests: false };
const binding = {
  ...{ chassis: 'host2', additional: [], requested: [], activated: [], up: true },
  ...{ waitsForRarp: false, addresses: [], portSecurity: [], datapath: '' },
};

/** On chassis host1, whose switch does not have the port yet. */
function readinessWith(ask: (port: string, signal: AbortSignal) => Promise<PortBinding>) {
  const parts = {
    watch: {
      ovn: { chassis: 'host1', remote: 'tcp:[::1]:6642', bridge: 'br-int' },
      watch: async () => () => {},
      find: () => undefined,
    },
    southbound: { binding: ask },
    runDirectory: '/nowhere',
  };
  return new OvnReadiness(parts as unknown as OvnReadinessParts);
}

const call = () => new AbortController().signal;

describe('a port that is still to be plugged', () => {
  it('has a rival in the chassis that has it, unless OVN was told who is to have it', async () => {
    expect(await readinessWith(async () => binding).look(port, call())).toEqual({
      state: 'not ready',
      rival: 'host2',
    });
    const pinned = async () => ({ ...binding, requested: ['host1'] });
    expect(await readinessWith(pinned).look(port, call())).toEqual({ state: 'not ready' });
  });

  it('has none as far as a southbound database reports that fails, or is mute', async () => {
    const failing = readinessWith(() => Promise.reject(new Error('closed')));
    expect(await failing.look(port, call())).toEqual({ state: 'not ready' });
    const mute = readinessWith(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason)); // as the client does
        }),
    );
    expect(await mute.look(port, call())).toEqual({ state: 'not ready' });
  });
});
