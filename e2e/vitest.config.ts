import { defineConfig } from 'vitest/config';

/** The console in Chromium against the running product. */
export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    globalSetup: ['e2e/build-console.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    // The steps of a file build on each other.
    bail: 1,
    reporters: ['default', './test/reporter.ts'],
  },
});
