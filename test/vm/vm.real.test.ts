import { afterAll, beforeAll, describe } from 'vitest';
import { describeBridgeVlans } from './bridge-vlans.js';
import { describeKernelDatapath } from './kernel-datapath.js';
import { Machine } from './machine.js';
import { describeVlansAndFunctions } from './vlans-and-functions.js';

// One machine for all: its boot, and its first starts of `vif`, take it a minute.
describe('On a Debian kernel', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.start();
  }, 600_000);
  afterAll(() => machine?.stop());

  describeVlansAndFunctions(() => machine);
  describeKernelDatapath(() => machine);
  describeBridgeVlans(() => machine);
});
