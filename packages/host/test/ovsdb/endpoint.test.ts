import { isVifError } from '@vifkit/core';
import { describe, expect, it } from 'vitest';
import { parseEndpoint } from '../../src/ovsdb/endpoint.js';

describe('parseEndpoint', () => {
  it.each([
    ['unix:/run/ovs/db.sock', { kind: 'unix', path: '/run/ovs/db.sock' }],
    ['unix:with:colons and spaces', { kind: 'unix', path: 'with:colons and spaces' }],
    ['tcp:127.0.0.1:6640', { kind: 'tcp', host: '127.0.0.1', port: 6640 }],
    ['tcp:db.example.org:1', { kind: 'tcp', host: 'db.example.org', port: 1 }],
    ['tcp:[::1]:6640', { kind: 'tcp', host: '::1', port: 6640 }],
    ['ssl:[fe80::1%eth0]:65535', { kind: 'ssl', host: 'fe80::1%eth0', port: 65535 }],
  ])('reads %s', (text, expected) => {
    expect(parseEndpoint(text)).toEqual(expected);
  });

  it.each([
    '',
    '/run/db.sock',
    'unix:',
    'unix:a\0b',
    'tcp:',
    'tcp:host',
    'tcp:host:',
    'tcp:host:0',
    'tcp:host:65536',
    'tcp:host:6640x',
    'tcp:::1:6640',
    'tcp:[nonsense]:6640',
    'tcp:a b:6640',
    'ptcp:6640',
    'http://host:6640',
  ])('refuses %j', (text) => {
    expect(() => parseEndpoint(text)).toThrow(
      expect.toSatisfy((error: unknown) => isVifError(error, 'INVALID_OPTIONS')),
    );
  });
});
