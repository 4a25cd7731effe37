import { ValidateBy } from './class-validator.js';
import { type Rule, type RuleName, rules, wireRules } from './rules.js';

/** The options of each decorator. */
export interface ValidationOptions {
  /** The value is a list, and the decorator applies to its items. */
  readonly each?: boolean;
  /** The message for a refused value; `$property` and `$value` stand for the property's name and the value. */
  readonly message?: string;
}

// Decorators for class-validator, for the options classes of plugins. They refuse what is not safe on a command line,
// in a batch file, in OVSDB or in XML.

/**
 * The name of a network interface or a bridge: 1 to 15 letters, digits or `_.+-`, and not a name that the kernel or
 * `ip` reserves.
 */
export const IsLinkName = decorator('linkName');
/** A MAC address, as in `fa:16:3e:10:00:01`. It may be that of a multicast group. */
export const IsMacAddress = decorator('mac', wireRules.mac);
/** The address of a PCI function, as in `0000:05:10.1`. */
export const IsPciAddress = decorator('pci');
/** An IPv4 or IPv6 address, without a zone. */
export const IsIpAddress = decorator('ip');
/** An IPv4 or IPv6 network with its prefix length, as in `10.0.0.0/24`. */
export const IsCidr = decorator('cidr');
/** A UUID, with its hyphens. */
export const IsUuid = decorator('uuid');
/** Text of at most 255 characters, without control characters. */
export const IsPlainText = decorator('text');
/** The absolute path of a Unix socket, of at most 107 bytes. */
export const IsSocketPath = decorator('socketPath');
/** An MTU in bytes, from 68 to 65535. */
export const IsMtu = decorator('mtu');
/** A VLAN's id, from 0 to 4095. */
export const IsVlanId = decorator('vlanId');

function decorator(name: RuleName, { accepts, says }: Rule = rules[name]) {
  return (options?: ValidationOptions): PropertyDecorator => {
    const subject = options?.each ? 'each value in $property' : '$property';
    const validator = { validate: accepts, defaultMessage: () => `${subject} ${says}` };
    return ValidateBy({ name, validator }, options);
  };
}
