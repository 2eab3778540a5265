import { defineConfig } from 'vitest/config';

/** Real network namespaces, real sshd, real nftables; root needed. One file at a time: the machine has two cores and figures are read. */
export default defineConfig({
  test: {
    include: ['lab/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 240_000,
    fileParallelism: false,
    reporters: ['default', './test/reporter.ts'],
  },
});
