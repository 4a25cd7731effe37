import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type Libvirtd,
  type LibvirtGuests,
  type Namespace,
  type OpenVSwitch,
  startLibvirtd,
  startLibvirtGuests,
} from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { expect } from 'vitest';
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
  /**
   * Has libvirt move a guest.
   * @returns milliseconds for which it stood still, by QEMU's and libvirt's own account
   * @throws Error with virsh's complaint
   */
  move(name: string, from: 0 | 1, ...flags: readonly string[]): Promise<number>;
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
        const job = await to.libvirtd.virsh('domjobinfo', name, '--completed');
        const [, pause] = /^Total downtime:\s+(\d+)/m.exec(job) ?? [];
        if (pause === undefined)
          throw new Error(`libvirt does not tell how long the guest stood still: ${job}`);
        return Number(pause);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Calls migrations of a guest on the first host off: once it is prepared, while the guest's memory is on its way, once it is
 * activated, and after attempts to give the guest's port away on the source.
 */
export async function callOff({ hosts, move }: MigrationPair, name: string, request: object): Promise<void> {
  const [source, destination] = hosts;
  const prepare = () => destination.vif(request, 'plug', '--phase', 'prepare');
  const release = () => destination.vif(request, 'unplug', '--phase', 'release');
  await prepare();
  await release();

  await prepare();
  const failed = move(name, 0, '--bandwidth', '1').then(
    () => Promise.reject(new Error('It is not called off')),
    () => {},
  );
  await pause(1_000);
  await source.libvirtd.virsh('domjobabort', name);
  await failed;
  await release();

  await prepare();
  await destination.vif(request, 'plug', '--phase', 'activate');
  for (const phase of ['deactivate', 'release']) {
    await expect(source.vif(request, 'unplug', '--phase', phase)).rejects.toThrow('has tap');
  }
  await release();
}

/** Milliseconds between two pings. */
const INTERVAL = 100;

/** Packets that a migration may cost, with a pause that is shorter than the time between two of them. */
const MOST = 2;

/** What a migration came to. */
export interface Moved {
  readonly lost: number;
  /** Milliseconds for which the guest stood still. */
  readonly pause: number;
}

/**
 * The migrations that cost more than they may: two packets, or those that were sent while the hypervisor had the guest
 * stand still, which takes longer on a busy machine: nobody answers these, whatever the network does. Two are for the ends of
 * the pause, of which libvirt hears a moment late.
 */
export function tooCostly(moved: readonly Moved[]): readonly Moved[] {
  return moved.filter(({ lost, pause }) => lost > MOST + Math.floor(pause / INTERVAL));
}

/** Milliseconds that an answer may take. */
const PATIENCE = 1_000;

/** Pings every {@link INTERVAL}, until it is stopped. @returns stops it, and tells how many got no answer */
export function pingOn(namespace: Namespace, address: string): () => Promise<{ sent: number; lost: number }> {
  const argv = [
    '--target',
    String(namespace.pid),
    '--net',
    '--',
    'ping',
    '-i',
    String(INTERVAL / 1_000),
    '-W',
    String(PATIENCE / 1_000),
    address,
  ];
  const running = execa('nsenter', argv, { reject: false });
  return async () => {
    await pause(PATIENCE);
    running.kill('SIGINT');
    const { stdout } = await running;
    const [, all = '0'] = /(\d+) packets transmitted/.exec(stdout) ?? [];
    // An answer to one that was sent just now is still under way, and the guest of a busy machine takes its time.
    const sent = Math.max(0, Number(all) - PATIENCE / INTERVAL);
    const answered = new Set(
      [...stdout.matchAll(/ icmp_seq=(\d+) .*time=/g)].map(([, number]) => Number(number)),
    );
    const lost = Array.from({ length: sent }, (_, i) => i + 1).filter((number) => !answered.has(number));
    return { sent, lost: lost.length };
  };
}
