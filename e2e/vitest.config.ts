import { defineConfig } from 'vitest/config';

/** The console in Chromium against the running product. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    reporters: ['default', './test/reporter.ts'],
  },
});
