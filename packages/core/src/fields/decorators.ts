import { ValidateBy, type ValidationOptions } from 'class-validator';
import { type RuleName, rules } from './rules.js';

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
