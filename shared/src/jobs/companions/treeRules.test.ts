import { describe, expect, it } from 'vitest';
import { TreeRules } from './treeRules.ts';

const rules = new TreeRules(
  ['env/pyvenv.cfg', 'data/a.csv', 'sub/.slipwayignore'],
  new Map([
    ['', 'data/\n*.tmp\n!keep.tmp\n'],
    ['sub', '/local\n'],
  ]),
);

describe('what stays of a tree', () => {
  it.each([
    ['.git', true, 'version control'],
    ['node_modules', true, 'installed packages'],
    ['env', true, 'virtual environment'],
    ['data', true, '.slipwayignore'],
    ['sub/local', true, '.slipwayignore'],
    ['other/local', true, undefined],
    ['a.tmp', false, '.slipwayignore'],
    ['sub/a.tmp', false, '.slipwayignore'],
    ['keep.tmp', false, undefined],
    ['.env', false, 'looks like a secret'],
    ['.bashrc', false, 'hidden'],
    ['sub/.slipwayignore', false, undefined],
    ['slipway.yaml', false, undefined],
    ['analysis_output.ipynb', false, undefined],
    ['src/a.py', false, undefined],
  ])('%s (a folder: %s): %s', (path, isFolder, reason) => {
    expect(rules.reason(path, isFolder)).toBe(reason);
  });
});
