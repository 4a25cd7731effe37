import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { execa } from 'execa';

/** What is published: the content of its package.json, and the whole as a gzipped tar archive. */
interface Tarball {
  readonly manifest: Manifest;
  readonly bytes: Buffer;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A package registry on the loopback interface, for npm and pnpm. */
export interface Registry {
  readonly url: string;
  publish(tarball: string): Promise<void>;
  close(): Promise<void>;
}

/** A registry that has what is published to it, and nothing else. A version that is published again is replaced. */
export async function startRegistry(): Promise<Registry> {
  const packages = new Map<string, Map<string, Tarball>>();
  const server = createServer(({ url = '/' }, response) => {
    const [name, file] = decodeURIComponent(url).slice(1).split('/-/');
    const versions = packages.get(name ?? '');
    const tarball = versions?.get(file?.replace(/\.tgz$/, '') ?? '');
    if (tarball) return response.end(tarball.bytes);
    if (!versions || file !== undefined) return response.writeHead(404).end('{}');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(packument(name ?? '', versions)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  function packument(name: string, versions: ReadonlyMap<string, Tarball>) {
    const entries = [...versions].map(([version, { manifest, bytes }]) => {
      const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
      return [version, { ...manifest, dist: { tarball: `${url}${name}/-/${version}.tgz`, integrity } }];
    });
    return {
      name,
      'dist-tags': { latest: [...versions.keys()].at(-1) },
      versions: Object.fromEntries(entries),
    };
  }

  return {
    url,
    async publish(path) {
      const [manifest, bytes] = await Promise.all([
        execa('tar', ['-xzOf', path, 'package/package.json']),
        execa('cat', [path], { encoding: 'buffer' }),
      ]);
      const read: Manifest = JSON.parse(manifest.stdout);
      const versions = packages.get(read.name) ?? new Map<string, Tarball>();
      packages.set(
        read.name,
        versions.set(read.version, { manifest: read, bytes: Buffer.from(bytes.stdout) }),
      );
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
