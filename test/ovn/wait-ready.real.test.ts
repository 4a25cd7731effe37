import { listLinks, type Ovn, requireOwnNetwork, startOvn } from '@vifkit/testkit/bed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Line, portOf, vifOn } from './chassis.js';

requireOwnNetwork();

describe('a plug that waits, on two chassis of OVN', { timeout: 120_000 }, () => {
  let ovn: Ovn;
  let before: string[];

  beforeAll(async () => {
    before = listLinks();
    ovn = await startOvn({ chassis: 2 });
    await ovn.nbctl('ls-add', 'net');
  }, 60_000);
  afterAll(async () => {
    await ovn?.stop();
    expect(listLinks()).toEqual(before);
  });

  const on = (host: 0 | 1, requests: readonly object[], ...args: string[]) => {
    const chassis = ovn.chassis[host];
    if (!chassis) throw new Error('There is no such chassis');
    return vifOn(chassis, ovn, requests, ...args);
  };
  const define = (...ports: readonly ReturnType<typeof portOf>[]) =>
    ovn.nbctl(
      ...ports.flatMap(({ id, mac, ip }, i) => [
        ...(i > 0 ? ['--'] : []),
        ...['lsp-add', 'net', id, '--', 'lsp-set-addresses', id, `${mac} ${ip}`],
      ]),
    );
  const installed = async (host: 0 | 1) => {
    const chassis = ovn.chassis[host];
    const found = await chassis?.ovs.vsctl(
      '--bare',
      '--columns=name',
      'find',
      'Interface',
      'external_ids:ovn-installed=true',
    );
    return (found ?? '').split('\n').filter(Boolean);
  };
  const messageOf = (line: Line | undefined) => line?.error?.message;

  it('returns once the flows of 100 ports are installed, which one call has plugged', async () => {
    const ports = Array.from({ length: 100 }, (_, i) => portOf(i + 1));
    await define(...ports);
    const requests = ports.map(({ request }) => request);
    const { lines, exitCode, stderr } = await on(0, requests, 'plug', '--wait', '--timeline');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(await installed(0)).toHaveLength(100);
    const waits = lines.flatMap(({ timeline = [] }) =>
      timeline.filter(({ phase, what = '' }) => phase === 'apply' && what.includes('is ready')),
    );
    expect(waits).toHaveLength(100);
    const listed = (await on(0, [], 'list')).lines.map(({ ovnInstallSeconds = -1 }) => ovnInstallSeconds);
    expect(listed.filter((seconds) => seconds > 0 && seconds < 60)).toHaveLength(100);
    const again = await on(0, requests, 'plug', '--wait');
    expect(again.lines.flatMap(({ changes }) => changes)).toEqual([]);
    const gone = await on(0, requests, 'unplug');
    expect(gone.lines.flatMap(({ error }) => error ?? [])).toEqual([]);
  });

  it('reports that the controller does not run, and leaves nothing', async () => {
    const port = portOf(201);
    await define(port);
    await ovn.chassis[0]?.controller.stop();
    try {
      const { lines, exitCode } = await on(0, [port.request], 'plug', '--wait=1');
      expect(exitCode).toBe(1);
      expect(lines[0]?.error?.cause?.code).toBe('OVN_NOT_INSTALLED');
      expect(messageOf(lines[0])).toContain('ovn-controller does not run on this host');
      expect(await ovn.chassis[0]?.ovs.vsctl('list-ports', 'br-int')).not.toContain(port.id.slice(0, 11));
    } finally {
      await ovn.chassis[0]?.controller.start();
    }
    expect((await on(0, [port.request], 'plug', '--wait=20')).lines).toMatchObject([{ changes: {} }]);
    expect((await on(0, [port.request], 'unplug')).exitCode).toBe(0);
  });

  it('reports that OVN does not know the port', async () => {
    const { lines } = await on(0, [portOf(202).request], 'plug', '--wait=1');
    expect(lines[0]?.error?.cause?.code).toBe('OVN_NOT_INSTALLED');
    expect(messageOf(lines[0])).toContain(`OVN has no logical port named ${portOf(202).id}`);
  });

  it('reports that the port is wanted on another chassis', async () => {
    const port = portOf(203);
    await define(port);
    await ovn.nbctl('lsp-set-options', port.id, 'requested-chassis=host2');
    const { lines } = await on(0, [port.request], 'plug', '--wait=1');
    expect(messageOf(lines[0])).toContain(
      'OVN wants it on chassis host2 (requested-chassis), and this is host1',
    );
    expect((await on(1, [port.request], 'plug', '--wait')).exitCode).toBe(0);
    expect((await on(1, [port.request], 'unplug')).exitCode).toBe(0);
  });

  it('reports that another chassis has the port', async () => {
    const port = portOf(204);
    await define(port);
    expect((await on(1, [port.request], 'plug', '--wait')).exitCode).toBe(0);
    await ovn.nbctl('lsp-set-options', port.id, 'requested-chassis=host2');
    const { lines } = await on(0, [port.request], 'plug', '--wait=1');
    expect(messageOf(lines[0])).toContain('OVN wants it on chassis host2');
    expect(await installed(1)).toHaveLength(1);
    expect((await on(1, [port.request], 'unplug')).exitCode).toBe(0);
  });

  it('does not take a port for ready that two chassis take from each other', async () => {
    const port = portOf(206);
    await define(port);
    expect((await on(1, [port.request], 'plug', '--wait')).exitCode).toBe(0);
    const { lines, exitCode } = await on(0, [port.request], 'plug', '--wait=6');
    expect(exitCode).toBe(1);
    expect(messageOf(lines[0])).toContain(
      'does not stay on this chassis (host1): chassis host2 claims it too',
    );
    expect(await ovn.chassis[0]?.ovs.vsctl('list-ports', 'br-int')).not.toContain(port.id.slice(0, 11));
    expect((await on(1, [port.request], 'unplug')).exitCode).toBe(0);
    expect((await on(0, [port.request], 'plug', '--wait')).exitCode).toBe(0);
    expect((await on(0, [port.request], 'unplug')).exitCode).toBe(0);
  });

  it('is ready where one of two chassis is told to have it', async () => {
    const port = portOf(207);
    await define(port);
    expect((await on(1, [port.request], 'plug', '--wait')).exitCode).toBe(0);
    await ovn.nbctl('lsp-set-options', port.id, 'requested-chassis=host1');
    expect((await on(0, [port.request], 'plug', '--wait=6')).exitCode).toBe(0);
    for (const host of [0, 1] as const) expect((await on(host, [port.request], 'unplug')).exitCode).toBe(0);
  });

  it('is refused on a bridge that OVN has not', async () => {
    const { request } = portOf(205);
    const network = { ...request.vif.network, bridge: 'br-itn' };
    const { lines } = await on(0, [{ ...request, vif: { ...request.vif, network } }], 'plug');
    expect(lines[0]?.error?.cause?.code).toBe('OVS_BRIDGE_NOT_FOUND');
    expect(await ovn.chassis[0]?.ovs.vsctl('list-br')).not.toContain('br-itn');
  });

  it('reports that no switch carries out the plug', async () => {
    await ovn.chassis[1]?.ovs.vswitchd.stop();
    try {
      const { lines } = await on(1, [portOf(1).request], 'plug', '--wait', '--timeout', '2');
      expect(lines[0]?.error?.cause?.code).toBe('OVS_NOT_WIRED');
    } finally {
      await ovn.chassis[1]?.ovs.vswitchd.start();
    }
  });
});
