import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { displayName, mediaTypeOf, roleOf } from './names.ts';

describe('mediaTypeOf', () => {
  it.each([
    ['output/analysis_output.html', 'text/html'],
    ['output/analysis_output.ipynb', 'application/x-ipynb+json'],
    ['work/figures/UMAP.PNG', 'image/png'],
    ['work/data.tar.gz', 'application/gzip'],
    ['logs/notebook.log', 'text/plain'],
    ['work/Makefile', 'application/octet-stream'],
    ['work/.png', 'application/octet-stream'],
    ['work/a.b/c', 'application/octet-stream'],
    ['work/constructor.__proto__', 'application/octet-stream'],
    ['', 'application/octet-stream'],
  ])('tells %s to be %s', (path, mediaType) => {
    expect(mediaTypeOf(path)).toBe(mediaType);
  });
});

describe('roleOf', () => {
  it.each([
    ['output/analysis_output.ipynb', 'executedNotebook'],
    ['output/中文 (1)_output.html', 'report'],
    ['output/papermill.log', 'log'],
    ['output/jupyter_nbconvert.log', 'log'],
    ['logs/test.log', 'log'],
    ['output/environment.json', 'environment'],
    ['output/requirements.lock.txt', 'requirementsLock'],
    ['output/pytest_results.xml', 'junit'],
    ['output/coverage.xml', 'coverage'],
    ['output/pytest_report.html', 'testReport'],
    ['output/figures/other_output.html', 'file'],
    ['work/coverage.xml', 'file'],
    ['work/analysis_output.html', 'file'],
    ['output/model.bin', 'file'],
  ])('knows %s as %s', (path, role) => {
    expect(roleOf(path)).toBe(role);
  });
});

describe('displayName', () => {
  it.each([
    ['output/analysis_output.html', 'analysis_output.html'],
    ['work/figures/umap.png', 'figures/umap.png'],
    ['logs/test.log', 'logs/test.log'],
    ['output/work/a', 'work/a'],
    ['output/', 'output/'],
    ['work/new\nline', 'new\nline'],
  ])('shows %j as %j', (path, name) => {
    expect(displayName({ path })).toBe(name);
  });
});

describe('the collect step', () => {
  it('knows the same media types, so that a listing says the same before and after it ran', () => {
    const source = readFileSync(new URL('../pipeline/steps/slipway_steps/artifacts.py', import.meta.url), 'utf8');
    const table = /^_MEDIA_TYPES[^{]*\{(.*?)^\}/ms.exec(source)?.[1] ?? '';
    const entries = [...table.matchAll(/"\.(\w+)": "([^"]+)"/g)];
    expect(entries.length).toBeGreaterThan(30);
    for (const [, ending, type] of entries) expect(mediaTypeOf(`file.${ending ?? ''}`)).toBe(type);
  });
});
