/** `npm run bench -- panels`: the log view in the browser of SLIPWAY_TEST_BROWSER. */
import { describeComparison } from '../bench/statistics.ts';
import { panels } from './bench.ts';

const rounds = 3;
const browser = process.env.SLIPWAY_TEST_BROWSER ?? '';
if (browser === '') throw new Error('SLIPWAY_TEST_BROWSER is not set: measure through npm run bench');
for (const comparison of await panels(rounds, browser)) process.stdout.write(`${describeComparison(comparison)}\n\n`);
