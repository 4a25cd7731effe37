import { expect, it } from 'vitest';
import { fakeDriver, listOf, settleAll } from '../support/fake-driver.js';
import { handled } from '../support/handled.js';
import { hybridSteps, missing, planned } from '../support/planned.js';
import { jsonLines, runVif } from '../support/run-vif.js';

const address = 'fa:16:3e:c0:7c:00';
const driver = fakeDriver({
  planAll: settleAll(() => ({ steps: [planned(hybridSteps.bridge, missing)], timeline: [] })),
  configAll: settleAll(() => ({ device: { hostLink: 'tap1', bridge: 'qbr29755d96-99', toXml: () => '' } })),
});
const request = { id: handled.id, vif: { address } };

it('draws the plumbing below a heading', async () => {
  const { status, stdout } = await runVif(['show'], { stdin: jsonLines(request), driver });
  expect(status).toBe(0);
  expect(stdout).toBe(`${handled.id}  os-vif, fake
guest  fa:16:3e:c0:7c:00
  │
tap1             made by the hypervisor
  │
qbr29755d96-99   bridge, ✗ missing, up, mtu 1450
`);
});

it('takes the MAC address of an os-vif object as well', async () => {
  const vif = { 'versioned_object.name': 'VIFBridge', 'versioned_object.data': { address } };
  const { stdout } = await runVif(['show'], { stdin: jsonLines({ ...request, vif }), driver });
  expect(stdout).toContain(`guest  ${address}\n`);
});

it('gives nodes and edges as JSON', async () => {
  const { stdout } = await runVif(['show', '--format', 'json'], { stdin: jsonLines(request), driver });
  const node = { byHypervisor: false, missing: false, attributes: {}, differences: [] };
  expect(JSON.parse(stdout)).toEqual({
    id: handled.id,
    path: 'os-vif',
    plugin: 'fake',
    nodes: [
      { ...node, name: address, kind: 'guest' },
      { ...node, name: 'qbr29755d96-99', kind: 'bridge', missing: true, attributes: { up: true, mtu: 1450 } },
      { ...node, name: 'tap1', kind: 'link', byHypervisor: true },
    ],
    edges: [
      { from: address, to: 'tap1', kind: 'card', missing: false },
      { from: 'tap1', to: 'qbr29755d96-99', kind: 'member', missing: false },
    ],
  });
});

it('fails when there is a plan, but no device', async () => {
  const configAll = settleAll(() => ({ device: { toXml: () => '' } }));
  const picky = fakeDriver({
    planAll: driver.planAll,
    configAll: (requests, options) =>
      configAll(
        listOf(requests).map((each) => ({ ...Object(each), refuse: 'no device' })),
        options,
      ),
  });
  const { status, stdout, stderr } = await runVif(['show'], { stdin: jsonLines(request), driver: picky });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain('no device');
});
