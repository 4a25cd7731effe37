import type { HostOptions } from '@vifkit/host';
import type { Settings } from './settings.js';

/** What the settings say of this host. */
export function hostOptions(settings: Settings): HostOptions {
  const { ovsdb, ovsdbCa, ovsdbCert, ovsdbKey, ovsdbName } = settings;
  const { ovnSb, sysfsRoot, stateDir, tapOwner, rootHelper, toolHelper } = settings;
  const ovsdbTls = { ca: ovsdbCa, cert: ovsdbCert, key: ovsdbKey, serverName: ovsdbName };
  return { ovsdb, ovnSb, ovsdbTls, sysfsRoot, stateDir, tapOwner, rootHelper, toolHelper };
}
