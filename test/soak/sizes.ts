import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BrokenPromises, type Outcome, type Say } from './outcome.ts';

const root = join(import.meta.dirname, '../..');

/** Runs the tests that are smaller in `npm test` at the size that they promise, one file after the other. */
export async function soakSizes(count: number, say: Say): Promise<Outcome> {
  const broken = new BrokenPromises(say);
  const files = globSync('test/**/*.test.ts', { cwd: root })
    .filter((file) => /from '[./]+sizes\.ts'/.test(readFileSync(join(root, file), 'utf8')))
    .toSorted();
  for (let round = 0; round < count; round += 1) {
    for (const file of files) {
      const ended = await fullSize(file);
      if (ended !== 0) broken.add(`${file} at its full size: Vitest ended with ${String(ended)}`);
    }
  }
  return { what: 'rounds of full sizes', count, broken: broken.all };
}

async function fullSize(file: string): Promise<unknown> {
  const env = { ...process.env, SLIPWAY_TEST_FULL_SIZE: 'true' };
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--retry', '0', file];
  const [code] = (await once(spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' }), 'exit')) as unknown[];
  return code;
}
