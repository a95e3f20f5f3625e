import { defineConfig } from 'vitest/config';

const integration = '**/*.integration.test.ts';
/** Needs the test cluster; SLIPWAY_TEST_CLUSTER names the file that tells where it is. */
const cluster = '**/*.cluster.test.ts';
/** Needs VS Code's or JupyterLab's real host, the packaged extension in it, and Chromium. */
const hosts = '**/*.hosts.test.ts';
/** Needs both hosts and the test cluster. */
const clusterHosts = '**/*.cluster-hosts.test.ts';
/** Changes the cluster for all who use it, so nothing else may run beside it. */
const alone = '**/*.alone.cluster.test.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{shared,vscode-extension,jupyterlab-extension}/src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [integration, cluster, hosts, clusterHosts, '**/node_modules/**', '**/dist/**'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: [integration],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'cluster',
          // Two processors carry the cluster and its tests: a second try, which the report tells of.
          retry: 1,
          include: [cluster],
          exclude: [alone, '**/node_modules/**', '**/dist/**'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'cluster-alone',
          retry: 1,
          include: [alone],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'hosts',
          retry: 1,
          include: [hosts],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 180_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'cluster-hosts',
          retry: 1,
          include: [clusterHosts],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 300_000,
          hookTimeout: 240_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
