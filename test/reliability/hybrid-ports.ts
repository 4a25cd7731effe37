import { hybrid } from '../real/requests.js';

/** Hybrid ports of different VIFs. @param first the number of the first of them */
export function hybridPorts(count: number, first = 0) {
  return Array.from({ length: count }, (_, i) => {
    const id = `${(first + i).toString(16).padStart(8, '0')}${hybrid.vif.id.slice(8)}`;
    return { ...hybrid, id, vif: { ...hybrid.vif, id, devname: `tap${id}`.slice(0, 14) } };
  });
}

/** The link of a hybrid port that is a port of Open vSwitch. */
export const switchEndOf = ({ id }: { readonly id: string }) => `qvo${id}`.slice(0, 14);
