/** `npm run bench [start|logs|run …]`: prepares the machine like `npm test`, then runs test/bench/main.ts. */
import { build, installPackages, pinnedNode, run, testPython, tool } from '../setup.mjs';

await installPackages();
const python = await testPython();
await build();
const env = { ...pinnedNode(), SLIPWAY_TEST_PYTHON: python };
await run(tool('node'), ['test/bench/main.ts', ...process.argv.slice(2)], { env });
