import { expect, it } from 'vitest';
import { HostdevConfig } from '../../src/device-config.js';

it('is a managed PCI device', () => {
  expect(new HostdevConfig('0000:3f:0e.4').toXml()).toBe(
    `<hostdev mode="subsystem" type="pci" managed="yes">
  <source>
    <address domain="0x0000" bus="0x3f" slot="0x0e" function="0x4"/>
  </source>
</hostdev>
`,
  );
});

it('refuses a malformed address at once', () => {
  expect(() => new HostdevConfig('eth0')).toThrow(expect.objectContaining({ code: 'INVALID_VIF' }));
});
