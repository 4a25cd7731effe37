import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const conditions = ['vifkit:source', 'node', 'import', 'default'];

/** For a run of its own: these plugins are to fail. */
export default defineConfig({
  root: join(import.meta.dirname, '../../../../..'), // no higher is looked for a tsconfig.json
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { include: ['packages/testkit/test/conformance/broken/broken-plugins.ts'] },
});
