import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobSpec } from '../protocol/index.ts';
import { runName } from './runName.ts';

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

function nameOf(spec: JobSpec, title = ''): string {
  return runName({ spec, title }, '7f3a');
}

describe('run names', () => {
  it.each<[JobSpec, string]>([
    [{ notebook: 'analysis.ipynb' }, 'analysis-7f3a'],
    [{ notebook: 'sub dir/My Analysis (2).ipynb' }, 'my-analysis-2-7f3a'],
    [{ notebook: 'a_b..c.ipynb' }, 'a-b-c-7f3a'],
    [{ notebook: 'Größe-café-Øl.ipynb' }, 'grosse-cafe-ol-7f3a'],
    [{ notebook: '分析.ipynb' }, 'notebook-7f3a'],
    [{ notebook: '分析 umap.ipynb' }, 'umap-7f3a'],
    [{ notebook: '---.ipynb' }, 'notebook-7f3a'],
    [{ notebook: '$(rm -rf).ipynb' }, 'rm-rf-7f3a'],
    [{ notebook: 'a.ipynb', name: 'chosen' }, 'chosen-7f3a'],
    [{ notebook: `${'x'.repeat(49)}-${'y'.repeat(20)}.ipynb` }, `${'x'.repeat(49)}-7f3a`],
    [{ command: 'python train.py --lr 0.1' }, 'train-7f3a'],
    [{ command: ['python', '-m', 'pkg.train', '--out', 'm.bin'] }, 'm-7f3a'],
    [{ command: 'nvidia-smi' }, 'nvidia-smi-7f3a'],
    [{ command: ['', '训练'] }, 'command-7f3a'],
  ])('%j', (spec, expected) => {
    expect(nameOf(spec)).toBe(expected);
  });

  it('is always a DNS label that ends with four to eight hexadecimal digits', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.string({ minLength: 60, maxLength: 200 }),
    );
    const spec = fc.oneof<[fc.Arbitrary<JobSpec>, fc.Arbitrary<JobSpec>, fc.Arbitrary<JobSpec>]>(
      text.map((notebook) => ({ notebook })),
      text.map((command) => ({ command })),
      fc.array(text).map((command) => ({ command })),
    );
    fc.assert(
      fc.property(spec, text, text, (given, title, random) => {
        const name = runName({ spec: given, title }, random);
        expect(name).toMatch(label);
        expect(name).toMatch(/^(?=.{1,55}$).{1,50}-[0-9a-f]{4,8}$/);
      }),
      { numRuns: 1000 },
    );
  });
});
