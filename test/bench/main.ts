/** `npm run bench`: every speed claim beside its reference, in pairs, on this machine. Prints ratios; judges no test. */
import { parseArgs } from 'node:util';
import { activation } from './activation/activation.ts';
import { clusterBenches } from './cluster/benches.ts';
import { coreStart } from './coreStart.ts';
import { wantedFigures } from './figures.mjs';
import { identity } from './identity.ts';
import { jupyterForward } from './jupyterForward.ts';
import { logs } from './logs.ts';
import { describeMachine } from './machine.ts';
import { memory } from './memory/memory.ts';
import { press } from './press.ts';
import { runOverhead } from './runOverhead.ts';
import { sizes } from './sizes.ts';
import { describeComparison, type Comparison } from './statistics.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pairs: { type: 'string' }, runs: { type: 'string' } },
});
const pairs = count(values.pairs, 'pairs');
const runs = count(values.runs, 'runs');

const local: Readonly<Record<string, () => Promise<readonly Comparison[]>>> = {
  start: () => coreStart(pairs ?? 10),
  logs: () => logs(pairs ?? 5),
  jupyter: () => jupyterForward(pairs ?? 500),
  run: async () => [await runOverhead(pairs ?? 5)],
  activation: async () => [await activation(pairs ?? 5)],
  identity: () => identity(pairs ?? 10),
  press: () => press(pairs ?? 5),
  memory: () => memory(pairs ?? 3),
};
const cluster = clusterBenches({ pairs, runs });

const wanted = wantedFigures(positionals);
process.stdout.write(`${describeMachine()}\n\n`);
for (const [name, bench] of Object.entries({ ...local, ...cluster })) {
  if (!wanted.has(name)) continue;
  for (const comparison of await bench()) process.stdout.write(`${describeComparison(comparison)}\n\n`);
}

if (wanted.has('sizes')) process.stdout.write(`${await sizes(process.env.SLIPWAY_TEST_VSIX ?? '')}\n\n`);

function count(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`--${option} takes a number of 1 or more, not ${text}`);
}
