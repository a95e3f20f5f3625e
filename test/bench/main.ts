/** `npm run bench`: every speed claim beside its reference, in pairs, on this machine. Prints ratios; judges no test. */
import { coreStart } from './coreStart.ts';
import { logs } from './logs.ts';
import { runOverhead } from './runOverhead.ts';
import { describeComparison, type Comparison } from './statistics.ts';

const benches: Readonly<Record<string, () => Promise<readonly Comparison[]>>> = {
  start: () => coreStart(10),
  logs: () => logs(5),
  run: async () => [await runOverhead(5)],
};

const wanted = process.argv.slice(2);
for (const [name, bench] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const comparison of await bench()) process.stdout.write(`${describeComparison(comparison)}\n\n`);
}
