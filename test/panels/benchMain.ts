/** `npm run bench -- panels`: the log view in the browser of SLIPWAY_TEST_BROWSER. */
import { describeComparison } from '../bench/statistics.ts';
import { panels } from './bench.ts';

const rounds = 3;
for (const comparison of await panels(rounds)) process.stdout.write(`${describeComparison(comparison)}\n\n`);
