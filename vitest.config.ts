import { defineConfig } from 'vitest/config';

// Tests run on the sources of every package: 'vifkit:source' is the first condition of their exports.
const conditions = ['vifkit:source', 'node', 'import', 'default'];
const shared = {
  // Vite reads a tsconfig's decorator settings only for the files that it includes; tests are in none of them.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  resolve: { conditions },
  ssr: { resolve: { conditions } },
};
const setupFiles = ['./test/setup.ts'];
const tests = ['{packages,plugins}/*/test/**', 'test/**'];

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          setupFiles,
          include: tests.map((folder) => `${folder}/*.test.ts`),
          exclude: ['**/*.real.test.ts', '**/node_modules/**'],
          testTimeout: 60_000, // none is that slow by itself, but a busy machine may be
        },
      },
      {
        ...shared,
        test: {
          // The real kernel, Open vSwitch and libvirt: one file after the other, since all share one
          // network namespace (see run.js), and two ovs-vswitchd would both want the device ovs-netdev.
          name: 'real',
          setupFiles,
          include: tests.map((folder) => `${folder}/*.real.test.ts`),
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
