import { release } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Requirement, type RequirementKind, silentLogger } from '@vifkit/core';
import { directoryOf, VswitchdProbe } from './connection/vswitchd-probe.js';
import { checkDevice } from './doctor/check-device.js';
import { checkModule } from './doctor/check-module.js';
import { checkDpdk, checkOvsdb } from './doctor/check-open-vswitch.js';
import { checkProgram } from './doctor/check-program.js';
import type { Check, ExaminedHost, Lack } from './doctor/lack.js';
import { type OpenVSwitchState, readOpenVSwitch } from './doctor/open-vswitch-state.js';
import { type HostOptions, readHostOptions } from './host-options.js';
import { OvsdbClient } from './ovsdb/client.js';
import { DEFAULT_ENDPOINT } from './ovsdb/endpoint.js';

export type { Lack } from './doctor/lack.js';

const checks: Readonly<Record<RequirementKind, Check>> = {
  program: checkProgram,
  device: checkDevice,
  module: checkModule,
  ovsdb: checkOvsdb,
  dpdk: checkDpdk,
};

/** A helper has a PATH of its own, with the folders of the system's programs on it. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * Looks whether a host has what plugins require, and changes nothing on it.
 *
 * @returns for each requirement what is lacking, or undefined where nothing is
 * @throws VifError INVALID_OPTIONS for a malformed endpoint, or an `ssl:` one without a CA
 */
export async function examineHost(
  requirements: readonly Requirement[],
  options: HostOptions,
  signal: AbortSignal,
): Promise<(Lack | undefined)[]> {
  const given = readHostOptions(options, 'examineHost');
  const { ovsdb, ovsdbTls, sysfsRoot = '/sys', rootHelper = [], logger = silentLogger } = given;
  const { toolHelper = rootHelper } = given;
  const client = new OvsdbClient({ endpoint: ovsdb, tls: ovsdbTls, logger });
  const hasHelper = rootHelper.length > 0 || toolHelper.length > 0;
  const probe = new VswitchdProbe(client, directoryOf(ovsdb ?? DEFAULT_ENDPOINT));
  let state: Promise<OpenVSwitchState> | undefined;
  const host: ExaminedHost = {
    path: [...(process.env.PATH ?? '').split(delimiter), ...(hasHelper ? systemFolders : [])],
    sysfsRoot,
    procRoot: '/proc',
    modules: join('/lib/modules', release()),
    openVSwitch: () => {
      state ??= (async () => {
        const read = await readOpenVSwitch(client, signal);
        return { ...read, fault: await probe.fault(signal) };
      })();
      return state;
    },
  };
  try {
    return await Promise.all(requirements.map((each) => checks[each.kind](each, host)));
  } finally {
    await client.close();
  }
}
