import { readFileSync } from 'node:fs';
import { field, VIFPortProfileBase, versionedObject } from '@vifkit/core/os-vif';
import { describe, expect, it } from 'vitest';
import { sound } from '../support/decorated-plugins.js';
import { runVif } from '../support/run-vif.js';

const published = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../core/schema/${name}.json`, import.meta.url), 'utf8'));

describe('vif schema', () => {
  it.each([
    ['request', 'VifRequest'],
    ['vif', 'NetworkVif'],
    ['VIFBridge', 'VIFBridge'],
  ])('%s prints the schema %s', async (name, title) => {
    const { status, stdout } = await runVif(['schema', name], { plugins: [sound] });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual(published(title));
  });

  it('prints it on a line as JSON', async () => {
    const { stdout } = await runVif(['schema', 'vif', '--format', 'json']);
    expect(stdout.trimEnd()).not.toContain('\n');
    expect(JSON.parse(stdout)).toEqual(published('NetworkVif'));
  });

  it('lists the names', async () => {
    const { stdout } = await runVif(['schema']);
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['VifRequest', 'NetworkVif', 'VIFHostDevice']));
  });

  it('knows what a name was meant to be', async () => {
    const { status, stderr } = await runVif(['schema', 'VIFBrigde']);
    expect(status).toBe(2);
    expect(stderr).toContain("There is no schema 'VIFBrigde'; did you mean VIFBridge?");
  });

  it("has the classes of plugins, in their own schemas and in a request's", async () => {
    @versionedObject({ name: 'VIFPortProfileLane', namespace: 'lanes', version: '1.0' })
    class VIFPortProfileLane extends VIFPortProfileBase {
      @field.integer({ min: 1, max: 16, required: true })
      declare readonly lane: number;
    }
    const plugins = [{ ...sound, objects: [VIFPortProfileLane] }];
    const own = await runVif(['schema', 'lanes.VIFPortProfileLane'], { plugins });
    expect(JSON.parse(own.stdout)).toMatchObject({ title: 'lanes.VIFPortProfileLane' });
    const ofRequest = await runVif(['schema', 'request'], { plugins });
    expect(JSON.parse(ofRequest.stdout).$defs).toHaveProperty(['lanes.VIFPortProfileLane']);
  });
});
