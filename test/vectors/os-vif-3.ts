import type { VersionManifest } from '@vifkit/core/os-vif';

/** What os-vif 3.0.0 has older than we do: the version that the rows' objects are written in. */
export const osVif3: VersionManifest = {
  VIFPortProfileOpenVSwitch: '1.3',
  VIFPortProfileFPOpenVSwitch: '1.3',
  VIFPortProfileOVSRepresentor: '1.3',
};
