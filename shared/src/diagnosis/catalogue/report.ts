import type { CatalogueEntry } from './entry.ts';

/** nbconvert. */
const report = ['report'] as const;
const retry = 'slipway retry {run} --from report';

export const reportEntries: readonly CatalogueEntry[] = [
  {
    id: 'reportWithoutNotebook',
    source: 'G18',
    look: 'log',
    pattern: /^\[NbConvertApp\] WARNING \| pattern '(?<path>[^'\n]*)' matched no files$/m,
    steps: report,
    causes: ['There is no executed notebook to make a report of'],
    fixes: ['slipway retry {run} --from notebook'],
  },
  {
    id: 'reportNeedsHtmlClean',
    source: 'G22',
    look: 'toolError',
    pattern: /^ImportError: lxml\.html\.clean module is now a separate project|No module named 'lxml_html_clean'/,
    steps: report,
    causes: ['nbconvert needs the package lxml_html_clean, which is not installed'],
    fixes: ['Add lxml_html_clean to requirements.txt, then: slipway retry {run} --from prepare'],
  },
  {
    id: 'reportTemplateMissing',
    source: 'G19',
    look: 'toolError',
    pattern:
      /ExporterNameError: Unknown exporter|^ValueError: No template sub-directory with name (?<template>'[^'\n]*')/,
    steps: report,
    causes: ['nbconvert does not find the template {template}', 'nbconvert does not know the form of the report'],
    fixes: ['Update nbconvert: it has to be 7.16 or newer', retry],
  },
];
