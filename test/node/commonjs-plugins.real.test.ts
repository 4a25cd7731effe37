import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeReleases } from '@vifkit/testkit/bed';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../../packages/cli/bin/vif.js', import.meta.url));

/** A plugin as TypeScript compiles it to CommonJS, with an entry of core besides the main one. */
const compiled = `"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
const core_1 = require("@vifkit/core");
const os_vif_1 = require("@vifkit/core/os-vif");
class AcmeConverter {
  convert({ id, address }) {
    return new os_vif_1.VIFBridge({ id, address, plugin: 'noop', vif_name: 'tap-acme', bridge_name: 'br-acme' });
  }
}
(0, core_1.vifConverter)({ type: 'acme' })(AcmeConverter);
exports.default = { name: '@acme/compiled', provides: [AcmeConverter] };
`;

const request = {
  vif: { id: '9b2d1e63-704c-4c9f-8e1d-306f8ba25d02', address: 'fa:16:3e:10:00:02', type: 'acme' },
  instance: { uuid: '1f104d5e-2c3b-4d7e-9fa0-b1c2d3e4f502' },
};

let folder: string;
beforeAll(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'acme-')), 'compiled');
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.js'), compiled);
  writeFileSync(join(folder, 'package.json'), '{"name": "@acme/compiled", "version": "1.0.0"}');
});
afterAll(() => rmSync(join(folder, '..'), { recursive: true }));

describe.each([...nodeReleases()])(
  'a CommonJS plugin without a core beside it, on Node.js %s',
  (release, node) => {
    const [major = 0, minor = 0] = release.split('.').map(Number);
    const run = () =>
      execa(node, [bin, 'config', '--format', 'json', '--plugin', folder], {
        input: JSON.stringify(request),
        reject: false,
      });

    // As `npx node@22` is named: the newest of that release.
    const isServed = major > 22 || (major === 22 && (minor >= 15 || !release.includes('.')));
    const what = isServed ? "gets the command's" : 'is refused, with what to do';
    it(what, async () => {
      const { exitCode, stdout, stderr } = await run();
      if (isServed) expect(JSON.parse(stdout)).toMatchObject({ path: 'os-vif', plugin: 'noop' });
      else {
        const advice = /PLUGIN_FAILED: .*it is CommonJS: install @vifkit\/core beside it, or .*22\.15/;
        expect(stderr).toMatch(advice);
      }
      expect(exitCode).toBe(isServed ? 0 : 1);
    });
  },
);
