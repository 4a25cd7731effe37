import { isVifError } from '@vifkit/core';
import { toPrimitive } from '@vifkit/core/os-vif';
import type { Routing } from '@vifkit/core/nova';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
import { driverOn } from './driver.js';
import { osVif3 } from './os-vif-3.js';
import { currentRows } from './rows.js';

const driver = driverOn(memoryHost());

describe("the os-vif object, by the rules of today's Nova", () => {
  it.each(currentRows.filter(({ expect: { object } }) => object !== undefined))(
    '$id is as the reference has it',
    (row) => {
      const object = driver.convert(row);
      expect(object ? toPrimitive(object, { manifest: osVif3 }) : null).toEqual(row.expect.object);
    },
  );

  it('is that of whichever rules the driver has, where the request has none', () => {
    const [direct] = currentRows.filter(({ vif }) => vif.type === 'ovs' && vif.vnic_type === 'direct');
    const silent = { ...direct, routing: undefined };
    const classBy = (routing: Routing) => driverOn(memoryHost(), routing).convert(silent)?.constructor.name;
    expect([classBy('newton'), classBy('current')]).toEqual(['VIFOpenVSwitch', 'VIFHostDevice']);
  });

  it('is missing for a VIF that cannot be one', () => {
    const codes = currentRows
      .filter(({ expect: { error } }) => error === 'NovaException')
      .map((row) => {
        try {
          return driver.convert(row);
        } catch (error) {
          return isVifError(error) && error.code;
        }
      });
    expect(codes).toEqual(['INVALID_VIF']);
  });
});
