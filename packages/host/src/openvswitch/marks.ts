type ExternalIds = Readonly<Record<string, string>>;

const PORT_KEY = 'vifkit-vif';

/** The `external_ids` of a bridge that we made. */
export const BRIDGE_MARK: ExternalIds = { vifkit: 'created' };

export function hasBridgeMark({ externalIds }: { readonly externalIds: ExternalIds }): boolean {
  return externalIds.vifkit === BRIDGE_MARK.vifkit;
}

/**
 * The `external_ids` of a port that we made for a VIF. They are on the port and not on its interface, whose
 * `external_ids` Neutron and OVN read.
 */
export function portMark(vifId: string): ExternalIds {
  return { [PORT_KEY]: vifId };
}

export function hasPortMark({ externalIds }: { readonly externalIds: ExternalIds }, vifId: string): boolean {
  return externalIds[PORT_KEY] === vifId;
}
