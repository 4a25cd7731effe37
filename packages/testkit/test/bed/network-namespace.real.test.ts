import { execFileSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { listLinks, makeNamespace, type Namespace, requireOwnNetwork } from '../../src/bed/index.js';

const ip = (...args: string[]) => execFileSync('ip', args);
let namespace: Namespace | undefined;

beforeAll(requireOwnNetwork);

afterEach(async () => {
  vi.unstubAllEnvs();
  await namespace?.close();
  if (listLinks().includes('t-near')) ip('link', 'delete', 'dev', 't-near');
});

it('refuses to run tests where they could do harm', () => {
  vi.stubEnv('VIFKIT_OUTER_NETNS', readlinkSync('/proc/self/ns/net'));
  expect(requireOwnNetwork).toThrow(/test\/run\.js/);
  vi.stubEnv('VIFKIT_OUTER_NETNS', '');
  expect(requireOwnNetwork).toThrow(/test\/run\.js/);
});

it('has a far end to be pinged, which takes its links with it', async () => {
  namespace = await makeNamespace();
  ip('link', 'add', 'name', 't-near', 'type', 'veth', 'peer', 'name', 't-far');
  expect(listLinks()).toEqual(expect.arrayContaining(['lo', 't-near', 't-far']));
  await namespace.moveLink('t-far');
  expect(listLinks()).not.toContain('t-far');
  ip('address', 'add', '192.0.2.1/24', 'dev', 't-near');
  ip('link', 'set', 'dev', 't-near', 'up');
  await namespace.run('ip', 'address', 'add', '192.0.2.2/24', 'dev', 't-far');
  await namespace.run('ip', 'link', 'set', 'dev', 't-far', 'up');
  expect(await namespace.run('ping', '-c', '1', '-W', '10', '192.0.2.1')).toContain('1 received');
  await expect(namespace.run('false')).rejects.toThrow();
  await namespace.close();
  await expect.poll(listLinks).not.toContain('t-near');
});
