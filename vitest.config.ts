import { defineConfig } from 'vitest/config';

// Tests run on the sources of every package: 'vifkit:source' is the first condition of their exports.
const conditions = ['vifkit:source', 'node', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{packages,plugins}/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    setupFiles: ['./test/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
