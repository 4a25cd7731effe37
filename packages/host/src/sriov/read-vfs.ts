import { isVifError, type VifError } from '@vifkit/core';
import { listJson } from '../commands/list-json.js';
import type { Programs } from '../commands/programs.js';
import type { FoundVf, VfState } from './vf-table.js';

/** The VLAN of a virtual function; 0 and 802.1Q are left out. */
interface IpVlan {
  readonly vlan?: number;
  readonly qos?: number;
  readonly protocol?: string;
}

/** A virtual function as `ip -json link` prints it; only the fields that we use. */
interface IpVf extends IpVlan {
  readonly vf: number;
  /** The MAC address: `mac` until iproute2 5.2, `address` since. */
  readonly address?: string;
  readonly mac?: string;
  /** A list of one element. Kernels before 4.9 do not provide it, and `ip` then prints the VLAN outside of it. */
  readonly vlan_list?: readonly IpVlan[];
  /** Left out if the driver does not support trust. */
  readonly trust?: boolean;
  /** `auto`, `enable` or `disable`; not all drivers have it. */
  readonly link_state?: string;
}

interface IpLink {
  readonly vfinfo_list?: readonly IpVf[];
}

/** A virtual function as its physical function lists it. */
export type ListedVf = VfState & Pick<FoundVf, 'isDisabled'>;

/**
 * The settings of a physical function's virtual functions, by number; or the error if `ip` cannot read them.
 * @throws VifError COMMAND_NOT_FOUND, TIMEOUT, ABORTED
 */
export async function readVfs(
  pf: string,
  signal: AbortSignal,
  programs: Programs,
): Promise<ReadonlyMap<number, ListedVf> | VifError> {
  const argv = ['ip', '-details', '-json', 'link', 'show', 'dev', pf] as const;
  try {
    return vfsOf(await listJson<IpLink>(programs, argv, `the virtual functions of ${pf}`, signal));
  } catch (error) {
    if (isVifError(error, 'LINK_COMMAND_FAILED')) return error;
    throw error;
  }
}

/** The virtual functions in the output of `ip -json link show dev PF`. */
export function vfsOf(links: readonly IpLink[]): Map<number, ListedVf> {
  return new Map(
    links.flatMap(({ vfinfo_list = [] }) => vfinfo_list.map((each) => [each.vf, stateOf(each)])),
  );
}

function stateOf({ address, mac, vlan_list, trust, link_state, ...beside }: IpVf): ListedVf {
  const { vlan = 0, qos, protocol } = vlan_list?.[0] ?? beside;
  return {
    mac: address ?? mac ?? '',
    vlan,
    ...(qos !== undefined && { qos }),
    ...(protocol !== undefined && { protocol }),
    ...(trust !== undefined && { trust }),
    ...(link_state === 'disable' && { isDisabled: true }),
  };
}
