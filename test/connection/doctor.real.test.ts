import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { program } from '../real/vif.js';
import { openSite, type Site } from './site.js';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

const doctor = (...names: string[]) =>
  execa(program, ['--ovsdb', site.ovs.endpoint, 'doctor', ...names], { reject: false });

it('vif doctor looks at what it is asked about, and notices that ovs-vswitchd is dead', async () => {
  expect((await doctor('ovs')).exitCode).toBe(0);
  await site.ovs.vswitchd.stop();
  const { exitCode, stdout } = await doctor('ovs');
  expect(exitCode).toBe(1);
  expect(stdout).toContain('ovs-vswitchd does not run');
  expect((await doctor('no-such')).exitCode).toBe(2);
});
