import { release } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Requirement, type RequirementKind, silentLogger } from '@vifkit/core';
import { VswitchdProbe } from './connection/vswitchd-probe.js';
import { LINK_FOLDERS } from './doctor/check-address-policy.js';
import { checkBridgeNetfilter } from './doctor/check-bridge-netfilter.js';
import { checkDevice } from './doctor/check-device.js';
import { checkLibvirt } from './doctor/check-libvirt.js';
import { checkModule } from './doctor/check-module.js';
import { checkDatapath, checkDpdk, checkOvsdb } from './doctor/check-open-vswitch.js';
import { checkProgram } from './doctor/check-program.js';
import type { Check, ExaminedHost, Lack } from './doctor/lack.js';
import { type OpenVSwitchState, readOpenVSwitch, readSwitchState } from './doctor/open-vswitch-state.js';
import { type HostOptions, ovnRunDirectory, readHostOptions } from './host-options.js';
import { openNamespace, SYSFS } from './namespace/network-namespace.js';
import { OvsdbClient } from './ovsdb/client.js';
import { checkEndpoints, DEFAULT_ENDPOINT, directoryOf } from './ovsdb/endpoint.js';

export type { Lack } from './doctor/lack.js';
export { needsOfPlan } from './doctor/needs-of-plan.js';

const checks: Readonly<Record<RequirementKind, Check>> = {
  program: checkProgram,
  device: checkDevice,
  module: checkModule,
  ovsdb: checkOvsdb,
  dpdk: checkDpdk,
  datapath: checkDatapath,
  bridge: checkBridgeNetfilter,
  libvirt: checkLibvirt,
};

/** A helper has its own PATH, which includes the folders of the system's programs. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * Checks whether a host has what plugins require. Changes nothing on it.
 *
 * @returns for each requirement what is missing, or undefined if it is met
 * @throws VifError INVALID_OPTIONS for a malformed endpoint, an `ssl:` endpoint without a CA, or a `networkNamespace`
 *   that is not one; COMMAND_NOT_FOUND if a `networkNamespace` is given and `nsenter` is missing
 */
export async function examineHost(
  requirements: readonly Requirement[],
  options: HostOptions,
  signal: AbortSignal,
): Promise<(Lack | undefined)[]> {
  const given = readHostOptions(options, 'examineHost');
  const { ovsdb, ovsdbTls, sysfsRoot = SYSFS, rootHelper = [], logger = silentLogger } = given;
  const { toolHelper = rootHelper } = given;
  checkEndpoints(given);
  const network = openNamespace(given.networkNamespace, sysfsRoot);
  const client = new OvsdbClient({ endpoint: ovsdb, tls: ovsdbTls, logger });
  const hasHelper = rootHelper.length > 0 || toolHelper.length > 0;
  const directory = directoryOf(ovsdb ?? DEFAULT_ENDPOINT);
  const probe = new VswitchdProbe(client, directory);
  let state: Promise<OpenVSwitchState> | undefined;
  const host: ExaminedHost = {
    signal,
    path: [...(process.env.PATH ?? '').split(delimiter), ...(hasHelper ? systemFolders : [])],
    sysfsRoot,
    procRoot: '/proc',
    network,
    modules: join('/lib/modules', release()),
    linkFolders: network.number ? [] : LINK_FOLDERS, // udev only sees the links of its own namespace
    openVSwitch: () => {
      state ??= (async () => {
        const read = await readOpenVSwitch(client, signal);
        const fault = await probe.fault(signal);
        if (fault !== undefined) return { ...read, fault };
        return { ...read, ...(await readSwitchState(client, ovnRunDirectory(given), signal)), directory };
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
