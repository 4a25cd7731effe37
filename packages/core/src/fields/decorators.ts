import { ValidateBy } from './class-validator.js';
import { type RuleName, rules } from './rules.js';

/** What each decorator may be told besides. */
export interface ValidationOptions {
  /** The value is a list, whose items are meant. */
  readonly each?: boolean;
  /** What is said of a value that is refused; `$property` and `$value` stand for its name and for itself. */
  readonly message?: string;
}

/**
 * Decorators for class-validator, for the options classes of plugins. They refuse what could not go safely
 * on a command line, into a batch file, OVSDB or XML.
 */
export const IsLinkName = decorator('linkName');
export const IsMacAddress = decorator('mac');
export const IsPciAddress = decorator('pci');
export const IsIpAddress = decorator('ip');
export const IsCidr = decorator('cidr');
export const IsUuid = decorator('uuid');
export const IsPlainText = decorator('text');
export const IsSocketPath = decorator('socketPath');
export const IsMtu = decorator('mtu');
export const IsVlanId = decorator('vlanId');

function decorator(name: RuleName) {
  const { accepts, says } = rules[name];
  const validator = { validate: accepts, defaultMessage: () => `$property ${says}` };
  return (options?: ValidationOptions): PropertyDecorator => ValidateBy({ name, validator }, options);
}
