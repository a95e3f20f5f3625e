/** Faults while runs are followed, kills while they are submitted and followed, then promises at their full size. The last line counts. */
import { parseArgs } from 'node:util';
import { soakFaults } from './faults.ts';
import { soakKills } from './kills.ts';
import type { Outcome } from './outcome.ts';
import { soakSizes } from './sizes.ts';

const { values } = parseArgs({
  options: {
    faults: { type: 'string', default: '200' },
    kills: { type: 'string', default: '100' },
    sizes: { type: 'string', default: '1' },
  },
});
const started = Date.now();
const outcomes: Outcome[] = [];
const say = (line: string) => process.stdout.write(`${line}\n`);

outcomes.push(await soakFaults(count(values.faults), say));
outcomes.push(await soakKills(count(values.kills), say));
outcomes.push(await soakSizes(count(values.sizes), say));

const broken = outcomes.flatMap(({ broken: each }) => each);
const done = outcomes.map(({ what, count: each }) => `${each} ${what}`).join(', ');
const minutes = ((Date.now() - started) / 60_000).toFixed(0);
say(`${done} in ${minutes} min: ${broken.length === 0 ? 'all well' : `${broken.length} promises broken`}`);
process.exitCode = broken.length === 0 ? 0 : 1;

function count(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new Error(`a count is a number of 0 or more, not ${text}`);
}
