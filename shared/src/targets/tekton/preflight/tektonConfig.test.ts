import { expect, it } from 'vitest';
import { judgeFlags } from './tektonConfig.ts';

const flags = (given: Readonly<Record<string, string>>) => ({
  coschedule: 'pipelineruns',
  'enable-api-fields': 'stable',
  'disable-inline-spec': '',
  'set-security-context': 'false',
  ...given,
});

it.each([
  ['taskrun', 'team-a', undefined, 'takes no specs inside of taskrun'],
  ['pipeline,pipelinerun', 'team-a', undefined, 'inside of pipeline, pipelinerun (disable-inline-spec)'],
  ['', 'team-a', 'restricted', 'team-a takes only restricted pods, and Tekton does not restrict'],
])('inline specs %j, space %s of level %s: breaks runs', (inline, space, security, words) => {
  const finding = judgeFlags(flags({ 'disable-inline-spec': inline }), space, security);
  expect(finding?.outcome).toBe('fail');
  expect(finding?.detail).toContain(words);
  expect(finding?.fix).toContain('ConfigMap feature-flags in tekton-pipelines');
});

it.each([
  [{}, undefined],
  [{}, 'baseline'],
  [{ 'set-security-context': 'true' }, 'restricted'],
])('%j with level %s breaks nothing', (given, security) => {
  expect(judgeFlags(flags(given), 'team-a', security)).toBeUndefined();
});
