import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { inertMarkdown, inertNotebook } from './inertNotebook.ts';

const note = '_note_';
const notes = { plain: note, cut: 'cut here' };

function outputsOf(...outputs: readonly unknown[]): unknown {
  const cells = [{ cell_type: 'code', metadata: {}, source: '1', outputs }];
  const inert: unknown = JSON.parse(inertNotebook(JSON.stringify({ cells, nbformat: 4 }), notes));
  return inert;
}

it('keeps text, images and streams, and the source of cells', () => {
  const image = { output_type: 'display_data', metadata: {}, data: { 'image/png': 'AA==', 'text/plain': '<Figure>' } };
  const stream = { output_type: 'stream', name: 'stdout', text: '<b>a</b>\n' };
  expect(outputsOf(image, stream)).toEqual({
    cells: [{ cell_type: 'code', metadata: {}, source: '1', outputs: [image, stream] }],
    nbformat: 4,
  });
});

it.each([
  'text/html',
  'application/javascript',
  'image/svg+xml',
  'application/vnd.jupyter.widget-view+json',
  'TEXT/HTML',
])('takes %s out and says so where no image is left', (type) => {
  const data = { 'text/plain': ['table'], [type]: '<script>alert(1)</script>' };
  const inert = JSON.stringify(outputsOf({ output_type: 'execute_result', execution_count: 1, metadata: {}, data }));
  expect(inert).not.toContain('alert');
  expect(inert).toContain('table');
  expect(inert).toContain(note);
  const image = { output_type: 'display_data', metadata: {}, data: { ...data, 'image/png': 'AA==' } };
  expect(JSON.stringify(outputsOf(image))).not.toContain(note);
});

it('leaves no link in a traceback that VS Code would draw as HTML', () => {
  const traceback = ['<a href="x" onmouseover="alert(1)">line</a>', '<\u001B[41ma href="x">y</a>'];
  expect(JSON.stringify(outputsOf({ output_type: 'error', ename: 'E', evalue: '', traceback }))).not.toMatch(
    /<(?!\u200B)/u,
  );
});

it('shows HTML within Markdown as text, in cells and outputs', () => {
  const cells = [{ cell_type: 'markdown', metadata: {}, source: ['# A\n', '<img src=x onerror=alert(1)>'] }];
  const inert = inertNotebook(JSON.stringify({ cells }), notes);
  expect(inert).toContain('# A\\n<\u200Bimg');
  const output = { output_type: 'display_data', metadata: {}, data: { 'text/markdown': '<svg onload=alert(1)>' } };
  expect(JSON.stringify(outputsOf(output))).toContain('<\u200Bsvg');
});

it('asks nobody for images, and keeps those of the notebook', () => {
  const own = 'a < b ![plot](data:image/png;base64,AA==) ![old](attachment:a.png) <https://example.org/a>';
  expect(inertMarkdown(own)).toBe(own);
  const elsewhere = [
    '![a](http://evil/)',
    '![a][r]\n\n[r]: http://evil/',
    '![a\\](data:image/x)](http://evil/)',
    '![`](data:image/`](http://evil/)',
    '[![a](//evil/)](x)',
    '![![a](http://evil/)](data:image/png;base64,AA==)',
  ];
  for (const text of elsewhere) expect(inertMarkdown(text)).not.toMatch(/!\[[^\]]*\](?!\(data:image\/png)/u);
});

it('leaves no tag, whatever comes', () => {
  const parts = fc.array(
    fc.constantFrom('<', 'a', '/', '!', '>', 'https://', ' ', '`', '\u200B', '![', '](', '\n', '&lt;'),
  );
  fc.assert(
    fc.property(parts, (text) => {
      expect(inertMarkdown(text.join('')).replaceAll(/<https?:\/\/[^\s<>]*>/gu, '')).not.toMatch(/<[a-z!/?]/iu);
    }),
  );
});

it('cuts text that an editor would stand still over', () => {
  const text = ['x'.repeat(10_000_000), '\n', 'end'];
  const stream = JSON.stringify(outputsOf({ output_type: 'stream', name: 'stdout', text }));
  expect(stream.length).toBeLessThan(300_000);
  expect(stream).toContain('cut here');
  const data = { 'text/plain': text };
  expect(JSON.stringify(outputsOf({ output_type: 'display_data', metadata: {}, data })).length).toBeLessThan(300_000);
});

it('refuses what is no notebook', () => {
  expect(() => inertNotebook('{"cells": [', notes)).toThrow(SyntaxError);
  expect(() => inertNotebook('[]', notes)).toThrow(SyntaxError);
});
