import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** Files of the repository, committed or about to be, by path from its root. */
function files(...patterns: string[]): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0');
  return listed.filter((path) => path !== '' && !path.includes('__fixtures__'));
}

describe('the repository', () => {
  it('names no registry in its lock file', () => {
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
    expect(lock).toContain('"integrity"');
    expect([...lock.matchAll(/"resolved": "([^"]*:[^"]*)"/g)].map((match) => match[1])).toEqual([]);
  });

  it('silences no oxlint; comments to ESLint mean nothing to it, and ESLint refuses them', () => {
    const sources = files('*.ts', '*.tsx');
    expect(sources).toContain('test/lint/repository.test.ts');
    const silenced = sources.filter((path) => /oxlint-(?:disable|enable)/.test(readFileSync(join(root, path), 'utf8')));
    expect(silenced).toEqual([]);
  });

  it('silences no checker of Python and shell; ESLint and tsc refuse comments that would silence them', () => {
    const silencers = /#\s*(type:\s*ignore|noqa|mypy:|ruff:|pragma: no cover|shellcheck\s+disable)/;
    const scripts = files('*.py', '*.sh', '.ci/run');
    expect(scripts).toContain('shared/src/pipeline/steps/notebook.sh');
    const silenced = scripts.filter((path) => silencers.test(readFileSync(join(root, path), 'utf8')));
    expect(silenced).toEqual([]);
  });
});
