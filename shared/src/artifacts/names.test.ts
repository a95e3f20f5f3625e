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
