import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Chassis } from '@vifkit/testkit/bed';
import { execa } from 'execa';

const program = fileURLToPath(new URL('../../node_modules/.bin/vif', import.meta.url));

/** What `vif --format json` says of a request. */
export interface Line {
  readonly id: string;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly cause?: { readonly code: string };
  };
  readonly changes?: readonly { readonly kind: string; readonly name: string }[];
  readonly differences?: readonly unknown[];
  readonly ovnInstallSeconds?: number;
  readonly timeline?: readonly {
    readonly phase: string;
    readonly what?: string;
    readonly milliseconds: number;
  }[];
}

const stateDirectories = new Map<string, Promise<string>>();

/** Runs `vif` on a chassis. It finds the southbound database itself if that is not given. */
export async function vifOn(
  { name, namespace, ovs, runDirectory }: Chassis,
  { southbound, northbound }: { readonly southbound: string | undefined; readonly northbound: string },
  requests: readonly object[],
  ...args: readonly string[]
): Promise<{
  readonly lines: readonly Line[];
  readonly exitCode: number | undefined;
  readonly stderr: string;
}> {
  const state = stateDirectories.get(name) ?? mkdtemp(join(tmpdir(), `vif-${name}-`));
  stateDirectories.set(name, state);
  const { stdout, stderr, exitCode } = await execa(
    'nsenter',
    [
      ...['--target', String(namespace.pid), '--net', '--', program, ...args, '--format', 'json'],
      ...[
        '--ovsdb',
        ovs.endpoint,
        ...(southbound === undefined ? [] : ['--ovn-sb', southbound]),
        '--ovn-nb',
        northbound,
        '--state-dir',
        await state,
      ],
    ],
    {
      input: requests.map((request) => `${JSON.stringify(request)}\n`).join(''),
      env: { OVN_RUNDIR: runDirectory },
      reject: false,
    },
  );
  const lines = stdout.split('\n').filter(Boolean);
  return { lines: lines.map((line): Line => JSON.parse(line)), exitCode, stderr };
}

/** A port of OVN's with a tap that the plug makes, in this process's notation for the tests: number 1 to 65535. */
export function portOf(number: number, more: object = {}) {
  const hex = number.toString(16).padStart(4, '0');
  const id = `0b${hex}aa-51b3-4d1a-8c3f-0c1e2f3a${hex}`;
  const mac = `fa:16:3e:77:${hex.slice(0, 2)}:${hex.slice(2)}`;
  const vif = {
    ...{ id, address: mac, type: 'ovs', devname: `tap${id.slice(0, 11)}`, vnic_type: 'normal' },
    ...{ delegate_create: true, active: true },
    details: { ovs_create_tap: true, datapath_type: 'netdev', ...more },
    network: {
      id: '6a1de5d2-7a06-4cf4-9d33-0a6f5f4b7c24',
      bridge: 'br-int',
      subnets: [],
      meta: { mtu: 1442 },
    },
  };
  const instance = { uuid: `5f0c6f3e-0b51-4b35-9f0b-6f6f3ddc${hex}`, name: `guest-${number}` };
  return {
    id,
    mac,
    ip: `10.66.${number >> 8}.${number & 255}`,
    request: { vif, instance, routing: 'current' },
  };
}
