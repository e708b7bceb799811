import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (name: string): string => fileURLToPath(new URL(`./packages/${name}/src`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: ['shared', 'sidecar', 'coordinator'].map((name) => ({
      find: new RegExp(`^@outrider/${name}/`),
      replacement: `${source(name)}/`,
    })),
  },
  test: {
    include: ['packages/*/{src,web}/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 4,
  },
});
