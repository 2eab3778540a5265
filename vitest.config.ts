import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src', 'connectors', 'tools', 'cases'].map((folder) => `${folder}/**/*.test.ts`),
    globalSetup: ['test/global-setup.ts'],
    reporters: ['default', './test/reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
