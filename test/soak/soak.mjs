/**
 * `npm run soak -- [--faults N] [--kills N] [--sizes N]`: hours of bad luck on the test cluster, 200 faults, 100 kills and once all tests of
 * sizes.ts at their full size unless told otherwise. Prepares the machine like `npm test`, starts the cluster where it is not up, then runs main.ts.
 */
import { TestCluster } from '../clusterStage.mjs';
import { build, installPackages, pinnedNode, run, testPython, tool } from '../setup.mjs';

await installPackages();
const python = await testPython();
await build();
const cluster = new TestCluster();
const soak = (file) => {
  const env = { ...pinnedNode(), SLIPWAY_TEST_PYTHON: python, SLIPWAY_TEST_CLUSTER: file };
  return run(tool('node'), ['test/soak/main.ts', ...process.argv.slice(2)], { env });
};
const missing = await cluster.use(console.log, soak).finally(() => cluster.end());
if (missing.length > 0) {
  console.error(`The soak needs the test cluster, which this machine cannot have: ${missing.join('; ')}.`);
  process.exitCode = 1;
}
