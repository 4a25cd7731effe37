import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Libvirtd,
  type LibvirtGuests,
  type Namespace,
  type OpenVSwitch,
  startLibvirtd,
  startLibvirtGuests,
} from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { program } from '../real/vif.js';

/** A host that guests come to and leave: its network, an Open vSwitch and a libvirt. */
interface MigrationHost {
  readonly namespace: Namespace;
  readonly ovs: OpenVSwitch;
  readonly libvirtd: Libvirtd;
  /** Runs `vif` there. @throws Error if it fails */
  vif(request: object, ...args: readonly string[]): Promise<Line>;
}

interface Line {
  readonly xml?: string;
  readonly changes?: readonly object[];
  readonly error?: { readonly code: string; readonly message: string };
}

/** Two hosts, the first of which starts guests. */
export interface MigrationPair {
  readonly hosts: readonly [MigrationHost, MigrationHost];
  readonly guests: LibvirtGuests;
  /** Has libvirt move a guest. @throws Error with virsh's complaint */
  move(name: string, from: 0 | 1, ...flags: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

interface Place {
  readonly namespace: Namespace;
  readonly ovs: OpenVSwitch;
}

/** @param settings environment variables of `vif`, by host */
export async function startPair(
  places: readonly [Place, Place],
  settings: (index: 0 | 1) => NodeJS.ProcessEnv,
): Promise<MigrationPair> {
  const directory = await mkdtemp(join(tmpdir(), 'move-'));
  const sockets = join(directory, 'sockets');
  await chmod(directory, 0o755);
  await mkdir(sockets);
  await chmod(sockets, 0o777); // QEMU is another user
  let moves = 0;
  const cleanUp: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const envOf = (index: 0 | 1) => ({
    ...settings(index),
    VIF_OVSDB: places[index].ovs.endpoint,
    VIF_STATE_DIR: join(directory, `state-${index}`),
  });
  const optionsOf = (index: 0 | 1) => {
    const { namespace, ovs } = places[index];
    // libvirt gives its hooks a PATH, and little else.
    const exports = Object.entries({ ...envOf(index), PATH: process.env.PATH });
    const lines = exports.map(([name, value]) => `export ${name}=${value}`).join('\n');
    const hook = `#!/bin/sh\n${lines}\nexec ${program} hook "$@" 2>>${directory}/errors\n`;
    return { namespace, openVSwitch: ovs.directory, hook };
  };
  const stop = async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  };
  try {
    const guests = await startLibvirtGuests(optionsOf(0));
    cleanUp.push(() => guests.stop());
    const second = await startLibvirtd(optionsOf(1));
    cleanUp.push(() => second.stop());
    const host = (index: 0 | 1, libvirtd: Libvirtd): MigrationHost => {
      const { namespace, ovs } = places[index];
      const env = envOf(index);
      return {
        ...{ namespace, ovs, libvirtd },
        async vif(request, ...args) {
          const inside = ['--target', String(namespace.pid), '--net', '--', program];
          const input = JSON.stringify(request);
          const { stdout, stderr, exitCode } = await execa(
            'nsenter',
            [...inside, ...args, '--format', 'json'],
            {
              ...{ input, env, reject: false },
            },
          );
          const line: Line = JSON.parse(stdout.split('\n')[0] || '{}');
          if (exitCode !== 0) throw new Error(`vif ${args.join(' ')}: ${line.error?.message} ${stderr}`);
          return line;
        },
      };
    };
    const hosts = [host(0, guests.libvirtd), host(1, second)] as const;
    return {
      ...{ hosts, guests, stop },
      async move(name, from, ...flags) {
        const to = from === 0 ? hosts[1] : hosts[0];
        await hosts[from].libvirtd.virsh(
          ...['migrate', '--live', '--p2p', '--unsafe', '--domain', name, ...flags],
          ...['--desturi', to.libvirtd.uri, '--migrateuri', `unix://${sockets}/${++moves}`],
        );
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Pings every 100 ms, until it is stopped. @returns stops it, and tells how many got no answer */
export function pingOn(namespace: Namespace, address: string): () => Promise<{ sent: number; lost: number }> {
  const argv = ['--target', String(namespace.pid), '--net', '--', 'ping', '-i', '0.1', '-W', '1', address];
  const running = execa('nsenter', argv, { reject: false });
  return async () => {
    running.kill('SIGINT');
    const { stdout } = await running;
    const [, sent = '0', received = '0'] = /(\d+) packets transmitted, (\d+) received/.exec(stdout) ?? [];
    return { sent: Number(sent), lost: Number(sent) - Number(received) };
  };
}
