import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { arrayWith, matching, objectWith } from './matching.ts';
import { StepRuns, type RunInput, type StepRun } from './stepRunner.ts';

const runs = new StepRuns();
const make = (input: RunInput): Promise<StepRun> => runs.make(input);
afterEach(() => runs.dispose());

/** Everything by which a page loads something: attributes, style sheets, module imports, and script elements made by script. */
const loads = [
  /<(?:script|link|img|iframe|object|embed|source|video|audio)\b[^>]*?\b(?:src|href|data)\s*=\s*["']?(?:https?:)?\/\/[^>]*>/gi,
  /@import\b[^;]*\/\//g,
  /url\(\s*["']?(?:https?:)?\/\/[^)]*\)/gi,
  /\bimport\(\s*["']https?:/g,
  /widgetRendererSrc\s*=/g,
];

describe('the report', () => {
  it('has maths, require and mermaid without loading anything', async () => {
    const run = await make({
      cells: [
        {
          kind: 'markdown',
          source:
            '# Title $x^2$\n\n$$\\int x$$\n\n\\begin{align}a&=b\\end{align}\n\n```mermaid\ngraph TD; A-->B\n```\n',
        },
        'from IPython.display import HTML\nHTML("<script>require([\'plotly\'], function (p) { p.draw(); });</script>")',
        [
          'from IPython.display import display',
          'display({"application/vnd.jupyter.widget-view+json": {"model_id": "m1", "version_major": 2, "version_minor": 0},',
          '         "text/plain": "a progress bar"}, raw=True)',
        ].join('\n'),
      ],
    });
    const results = await run.all();
    expect(results.report?.state).toBe('succeeded');
    const html = await run.text('output', 'analysis_output.html');
    for (const pattern of loads) expect(html.match(pattern) ?? []).toEqual([]);
    expect(html).toContain('window.MathJax');
    expect(html.length).toBeGreaterThan(2_000_000);
    expect(html).toContain('requirejs');
    expect(html).toContain('graph TD; A--&gt;B');
    expect(html).toContain('a progress bar');
    expect(html).toContain('<title>analysis_output</title>');
    expect(await run.text('output', 'jupyter_nbconvert.log')).toContain('Writing');
  });

  it('is small without maths', async () => {
    const run = await make({ cells: [{ kind: 'markdown', source: '# Plain' }, 'print("cheap")'] });
    await run.all();
    const html = await run.text('output', 'analysis_output.html');
    expect(html).not.toContain('window.MathJax');
    expect(html.length).toBeLessThan(1_000_000);
  });

  it('is made without the inlined scripts where they were not shipped, and still loads nothing', async () => {
    const run = await make({ cells: [{ kind: 'markdown', source: '$x$' }, '1'] });
    await rm(join(run.base, 'assets'), { recursive: true });
    const results = await run.all();
    expect(results.report?.state).toBe('succeeded');
    const html = await run.text('output', 'analysis_output.html');
    for (const pattern of loads) expect(html.match(pattern) ?? []).toEqual([]);
  });

  it('shows the source of the failing cell, also in the executed notebook', async () => {
    const run = await make({ cells: ['fine = 1', 'table = {}\ntable["needle-in-source"]'] });
    await run.all();
    const html = await run.text('output', 'analysis_output.html');
    expect(html.replaceAll(/<[^>]*>/g, '')).toContain('table["needle-in-source"]');
    const notebook: unknown = JSON.parse(await run.text('output', 'analysis_output.ipynb'));
    expect(notebook).toMatchObject({
      cells: arrayWith([
        objectWith({
          id: 'cell-0',
          metadata: objectWith({ jupyter: { source_hidden: true } }),
        }),
        objectWith({
          id: 'cell-1',
          metadata: objectWith({ jupyter: { source_hidden: false } }),
        }),
      ]),
    });
  });

  it('carries the pictures that lie beside the notebook', async () => {
    const picture = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>';
    const run = await make({
      name: 'deep/analysis',
      cells: [
        { kind: 'markdown', source: '![one](figs/one%20two.svg "title") ![gone](gone.png) <img src="figs/three.svg">' },
        '1',
      ],
      files: { 'deep/figs/one two.svg': picture, 'deep/figs/three.svg': picture },
    });
    await run.all();
    const html = await run.text('output', 'analysis_output.html');
    const encoded = Buffer.from(picture).toString('base64');
    expect(html.split(`data:image/svg+xml;base64,${encoded}`)).toHaveLength(3);
    expect(html).toContain('src="gone.png"');
  });

  it('is skipped with a reason when there is no executed notebook, and fails with what nbconvert said', async () => {
    const run = await make({ cells: ['1'] });
    await run.step('prepare');
    await run.step('report');
    expect(await run.result('report')).toMatchObject({ state: 'skipped', reason: 'there is no executed notebook' });
    await writeFile(run.path('output', 'analysis_output.ipynb'), '{"broken');
    await run.step('report');
    expect(await run.result('report')).toMatchObject({
      state: 'failed',
      reason: matching(/^nbconvert made no report: .*JSON/),
    });
  });
});
