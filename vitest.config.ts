import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import PagesFirst from './test/pagesFirst.ts';

/**
 * Where Node keeps what it has compiled, for all that tests start of it: a process that runs our TypeScript then starts in half
 * of the time. Node tells by a file's content whether what it kept is still right.
 */
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '.cache/node-compiled');

/** Where tests lie: the rest of a checkout, with all that was installed, takes a second to look through. */
const places = '{shared,test,vscode-extension,jupyterlab-extension}';
const integration = `${places}/**/*.integration.test.ts`;
/** Needs the test cluster; SLIPWAY_TEST_CLUSTER names the file that tells where it is. */
const cluster = `${places}/**/*.cluster.test.ts`;
/** Needs VS Code's or JupyterLab's real host, the packaged extension in it, and Chromium. */
const hosts = `${places}/**/*.hosts.test.ts`;
/** Needs both hosts and the test cluster. */
const clusterHosts = `${places}/**/*.cluster-hosts.test.ts`;
/** Changes the cluster for all who use it, so nothing else may run beside it. */
const alone = `${places}/**/*.alone.cluster.test.ts`;

const toldFailures = { setupFiles: ['./test/keepDiffs.ts'] };

/**
 * Nobody waits for a limit when all is well, and a machine that does other things besides takes many times as long. Waits inside
 * of tests end before them, and say what they saw. To look at a page or a cluster twenty times a second costs as much as what is waited for.
 */
const patience = {
  ...toldFailures,
  expect: { poll: { timeout: 120_000, interval: 150 } },
  testTimeout: 600_000,
  hookTimeout: 600_000,
};

/** Files run one after the other in the process of a worker: to read what they import anew for each takes 0.4 s of a processor. */
const oneAfterAnother = { isolate: false };

export default defineConfig({
  test: {
    sequence: { sequencer: PagesFirst },
    projects: [
      {
        test: {
          name: 'unit',
          ...toldFailures,
          ...oneAfterAnother,
          include: ['{shared,vscode-extension,jupyterlab-extension}/src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [integration, cluster, hosts, clusterHosts, '**/node_modules/**', '**/dist/**'],
          expect: { poll: { timeout: 60_000 } },
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'integration',
          ...oneAfterAnother,
          include: [integration],
          exclude: ['**/node_modules/**', '**/dist/**'],
          ...patience,
        },
      },
      {
        test: {
          name: 'cluster',
          ...oneAfterAnother,
          include: [cluster],
          exclude: [alone, '**/node_modules/**', '**/dist/**'],
          ...patience,
        },
      },
      {
        test: {
          name: 'cluster-alone',
          include: [alone],
          exclude: ['**/node_modules/**', '**/dist/**'],
          ...patience,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'hosts',
          ...oneAfterAnother,
          include: [hosts],
          exclude: ['**/node_modules/**', '**/dist/**'],
          ...patience,
          // A browser may leave a question about a page that went away without an answer.
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'cluster-hosts',
          include: [clusterHosts],
          exclude: ['**/node_modules/**', '**/dist/**'],
          ...patience,
        },
      },
    ],
  },
});
