import { isVifError } from '@vifkit/core';
import { parseRequest } from '@vifkit/core/nova';
import { memoryHost } from '@vifkit/testkit';
import { expect, it } from 'vitest';
import { driverOn } from './driver.js';
import { currentRows, hostRows } from './rows.js';
import { setupOf } from './setup.js';

const rows = [...hostRows, ...currentRows];

/** A result, or the code of the error in its place. */
const outcome = <T>(result: Promise<T>): Promise<T | string> =>
  result.catch((error) => (isVifError(error) ? error.code : String(error)));

it('a request that was parsed before has the plan and the device that it had', async () => {
  const parsed = rows.map((row) => parseRequest(row));
  expect(parsed.filter(({ hostFilters }) => hostFilters).length).toBeGreaterThan(10);
  for (const [i, row] of rows.entries()) {
    const { functions, vfs } = setupOf(row);
    const driver = driverOn(memoryHost({ pci: functions, vfs }));
    const stepsOf = (request: unknown) => outcome(driver.plan(request).then(({ steps }) => steps));
    const deviceOf = (request: unknown) => outcome(driver.config(request).then(({ device }) => device.toXml()));
    expect(await stepsOf(parsed[i]), row.id).toEqual(await stepsOf(row));
    expect(await deviceOf(parsed[i]), row.id).toBe(await deviceOf(row));
  }
});
