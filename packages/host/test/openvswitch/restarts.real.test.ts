import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Plan, type VifPlugin, vifPlugin } from '@vifkit/core';
import { VIFGeneric } from '@vifkit/core/os-vif';
import { createVifDriver, type VifDriver } from '@vifkit/engine';
import { type MemoryHost, memoryHost } from '@vifkit/testkit';
import { type OpenVSwitch, requireOwnNetwork, startOpenVSwitch } from '@vifkit/testkit/bed';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OvsSwitch } from '../../src/openvswitch/open-vswitch.js';
import { OvsRunner } from '../../src/openvswitch/ovs-runner.js';
import { OvsdbClient } from '../../src/ovsdb/client.js';
import { JsonSplitter } from '../../src/ovsdb/json-splitter.js';

/** Two ports, one after a link of its own: the database is written to twice. */
@vifPlugin({ name: 'ports' })
class Ports implements VifPlugin {
  describe(): never {
    throw new Error('not asked');
  }
  plug(): Plan {
    const port = (name: string) =>
      ({ kind: 'ovsPort', bridge: 'br-int', name, externalIds: { 'vm-uuid': 'x' }, wired: false }) as const;
    return [
      { kind: 'ovsBridge', name: 'br-int', datapathType: 'dummy' },
      port('one'),
      { kind: 'link', name: 'tap0', create: { type: 'tap' } },
      port('two'),
    ];
  }
  unplug(): Plan {
    return [];
  }
}

const request = {
  vif: new VIFGeneric({
    id: '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02',
    address: 'fa:16:3e:10:00:02',
    plugin: 'ports',
    vif_name: 'tap0',
  }),
  instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' },
};

function fail(): never {
  throw new Error('not asked');
}

beforeAll(() => requireOwnNetwork());

let ovs: OpenVSwitch;
let host: MemoryHost;
let drivers: VifDriver[];
let isLongLived: boolean;

beforeEach(async () => {
  ovs = await startOpenVSwitch({ dummy: true });
  host = memoryHost();
  drivers = [];
});

afterEach(async () => {
  await Promise.all(drivers.map((driver) => driver.close()));
  await ovs.stop();
});

/** Links in memory, the ports in a real database. */
function driverAt(endpoint: string): VifDriver {
  const client = new OvsdbClient({ endpoint });
  const memory = host.runners.filter(({ kinds }) => !kinds.includes('ovsPort'));
  const driver = createVifDriver({
    host: {
      ...host,
      runners: [...memory, new OvsRunner(new OvsSwitch(client, isLongLived))],
      close: () => client.close(),
    },
    guests: { forObject: fail, forBackend: fail },
    plugins: [{ name: 'test', provides: [Ports] }],
  });
  drivers.push(driver);
  return driver;
}

const ports = async () => (await ovs.vsctl('list-ports', 'br-int')).split('\n').filter(Boolean);
const bridges = async () => (await ovs.vsctl('list-br')).split('\n').filter(Boolean);
const links = () => Object.keys(host.snapshot().links);

/** Between client and server: does to a transaction that writes what a test wants, and passes on all else. */
class Between {
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();
  #directory = '';
  writes = 0;

  constructor(private readonly onWrite: (count: number, up: Socket, down: Socket, message: string) => void) {}

  async start(): Promise<string> {
    this.#directory = await mkdtemp(join(tmpdir(), 'between-'));
    const path = join(this.#directory, 's');
    this.#server = createServer((down) => this.#accept(down));
    await new Promise<void>((resolve) => this.#server?.listen(path, resolve));
    return `unix:${path}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server?.close(resolve));
    await rm(this.#directory, { recursive: true });
  }

  #accept(down: Socket): void {
    const up = createConnection(ovs.endpoint.replace('unix:', ''));
    for (const socket of [up, down]) {
      this.#sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          up.destroy();
          down.destroy();
        });
    }
    up.pipe(down);
    const splitter = new JsonSplitter(1 << 20);
    down.on('data', (chunk: Buffer) => {
      for (const message of splitter.push(chunk)) {
        const text = JSON.stringify(message);
        if (/"op":"(insert|mutate|update|delete)"/.test(text)) this.onWrite(++this.writes, up, down, text);
        else up.write(text);
      }
    });
  }
}

describe.each([
  ['for a call', false],
  ['for many calls', true],
])('a store %s and', (_, lives) => {
  beforeEach(() => {
    isLongLived = lives;
  });

  describe('an ovsdb-server that restarts', () => {
    it('between two steps of a plug is waited for, and the plug goes on', async () => {
      let restarted: Promise<void> | undefined;
      host.links.write = ((write) => async (operations, signal) => {
        restarted ??= ovs.server.stop().then(() => ovs.server.start());
        return write.call(host.links, operations, signal);
      })(host.links.write);
      const { changes } = await driverAt(ovs.endpoint).plug(request);
      await restarted;
      expect(restarted).toBeDefined();
      expect(changes.map(({ name }) => name)).toEqual(['br-int', 'one', 'tap0', 'two']);
      expect(await ports()).toEqual(['one', 'two']);
    });

    it('between two steps and does not come back in time fails the plug, and what can be undone is', async () => {
      const driver = driverAt(ovs.endpoint);
      const caller = new AbortController();
      let stopped: Promise<void> | undefined;
      let back: Promise<void> | undefined;
      host.links.write = ((write) => async (operations, signal) => {
        stopped ??= ovs.server.stop();
        await stopped;
        const written = await write.call(host.links, operations, signal);
        back ??= setTimeout(1_000)
          .then(() => caller.abort())
          .then(() => setTimeout(2_000))
          .then(() => ovs.server.start());
        return written;
      })(host.links.write);
      await expect(driver.plug(request, { signal: caller.signal })).rejects.toMatchObject({
        code: 'PLUG_FAILED',
        cause: { code: 'ABORTED', message: expect.stringContaining('to come back') },
        undoFailures: [],
      });
      await back;
      expect(links()).toEqual([]);
      expect(await bridges()).toEqual([]);
    });
  });

  describe('a transaction whose answer never comes', () => {
    let between: Between;
    afterEach(() => between.stop());

    const plugThrough = async (onWrite: ConstructorParameters<typeof Between>[0], timeout = 20_000) => {
      between = new Between(onWrite);
      return driverAt(await between.start()).plug(request, { timeout });
    };
    const pass = (up: Socket, text: string) => up.write(text);
    const loseAnswer = (up: Socket, down: Socket) => {
      up.unpipe(down);
      up.once('data', () => down.destroy()).resume();
    };

    it('though it was made is found to be made, and not made again', async () => {
      const { changes } = await plugThrough((count, up, down, text) => {
        if (count !== 1) return pass(up, text);
        loseAnswer(up, down);
        return pass(up, text);
      });
      expect(changes).toHaveLength(4);
      expect(await ports()).toEqual(['one', 'two']);
      expect(
        (await ovs.vsctl('--bare', '--columns=name', 'find', 'Port')).split('\n').filter(Boolean).sort(),
      ).toEqual(['br-int', 'one', 'two']);
    });

    it('and that was not made is made', async () => {
      const { changes } = await plugThrough((count, up, down, text) => {
        if (count === 1) down.destroy();
        else pass(up, text);
      });
      expect(changes).toHaveLength(4);
      expect(await ports()).toEqual(['one', 'two']);
    });

    it('again and again fails the plug, with a code, and the host is as before', async () => {
      const plugging = plugThrough((count, up, down, text) => {
        if (count <= 5) down.destroy();
        else pass(up, text);
      });
      await expect(plugging).rejects.toMatchObject({
        cause: { code: 'OVSDB_UNREACHABLE', message: expect.stringContaining('may have been made') },
        undoFailures: [],
      });
      expect(await bridges()).toEqual([]);
      expect(links()).toEqual([]);
    });

    it('because the server hangs fails at the deadline, and what it did after all is undone', async () => {
      const plugging = plugThrough((count, up, down, text) => {
        if (count === 1) up.unpipe(down); // made, but nobody hears of it on this connection
        pass(up, text);
        if (count === 1) void setTimeout(1_500).then(() => down.destroy());
      }, 1_000);
      await expect(plugging).rejects.toMatchObject({ code: 'PLUG_FAILED', cause: { code: 'TIMEOUT' } });
      expect(await bridges()).toEqual([]);
      expect(links()).toEqual([]);
    });
  });

  describe('a database that is read-only', () => {
    it('refuses the plug with its words, and the host is as before', async () => {
      // A backup of an active server takes no changes.
      const backup = await startOpenVSwitch({
        vswitchd: false,
        dummy: true,
        serverArgs: [`--sync-from=${ovs.endpoint}`],
      }).catch((error: unknown) => error);
      expect(backup).toHaveProperty('endpoint');
      const { endpoint, stop } = backup as OpenVSwitch;
      try {
        await expect(driverAt(endpoint).plug(request)).rejects.toMatchObject({
          code: 'PLUG_FAILED',
          cause: { code: 'OVSDB_ERROR', message: expect.stringContaining('read only') },
          undoFailures: [],
        });
      } finally {
        await stop();
      }
      expect(links()).toEqual([]);
      expect(await bridges()).toEqual([]);
    });
  });
});
