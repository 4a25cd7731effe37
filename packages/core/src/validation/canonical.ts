import { isIP, SocketAddress } from 'node:net';
import { isCidr, isIpAddress } from './addresses.js';

/** The one spelling of an address, for fields that have several; what is no address is given back as it is. */
export const canonical: Readonly<Record<string, ((text: string) => string) | undefined>> = {
  /** As the kernel prints it. */
  mac: (text) => text.toLowerCase().replaceAll('-', ':'),
  /** As sysfs spells it. */
  pci: (text) => text.toLowerCase(),
  ip: canonicalIp,
  cidr: (text) => {
    if (!isCidr(text)) return text;
    const [address = '', length] = text.split('/');
    return `${canonicalIp(address)}/${length}`;
  },
};

/** As inet_ntop(3) prints it, which is also how os-vif writes it: `FE80::0:1` is `fe80::1`. */
function canonicalIp(text: string): string {
  if (!isIpAddress(text)) return text;
  return new SocketAddress({ address: text, family: isIP(text) === 6 ? 'ipv6' : 'ipv4' }).address;
}
