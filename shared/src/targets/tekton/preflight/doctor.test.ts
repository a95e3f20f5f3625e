import { describe, expect, it } from 'vitest';
import { judgeGit, judgeGpu } from './doctor.ts';
import { readProbe, type Probe } from './probe.ts';

const probe: Probe = { uid: 1001, free: 1, total: 2, git: null, gpu: null, cuda: null };

describe('what a trial run found', () => {
  it('is read from its line among others', () => {
    expect(readProbe(`noise\nslipway-doctor ${JSON.stringify(probe)}\nmore`)).toEqual(probe);
  });

  it.each(['', 'slipway-doctor {', 'slipway-doctor {"uid":"root"}'])('is nothing in %j', (output) => {
    expect(readProbe(output)).toBeUndefined();
  });

  it.each<[Partial<Probe>, string, string]>([
    [{}, 'fail', 'no device is visible'],
    [{ gpu: 'Tesla T4, 535.104' }, 'warn', 'CUDA not tried'],
    [{ gpu: 'Tesla T4, 535.104', cuda: 0 }, 'pass', 'CUDA usable'],
    [{ gpu: 'Tesla T4, 535.104', cuda: 803 }, 'fail', 'older than the CUDA library'],
    [{ gpu: 'Tesla T4, 535.104', cuda: 100 }, 'fail', 'cuInit answered 100'],
  ])('of a GPU: %j', (found, outcome, words) => {
    const finding = judgeGpu({ ...probe, ...found });
    expect(finding.outcome).toBe(outcome);
    expect(finding.detail).toContain(words);
  });

  it.each<[Probe['git'], string, string]>([
    [null, 'fail', 'no git'],
    [{ code: null, words: 'No such file' }, 'fail', 'no git'],
    [{ code: 0, words: 'abc refs/heads/main' }, 'pass', 'answers'],
    [{ code: 128, words: "fatal: could not read Username for 'https://g'" }, 'warn', 'credentials missing'],
    [{ code: 128, words: 'fatal: unable to access: Could not resolve host: g' }, 'fail', 'Could not resolve host'],
  ])('of git: %j', (git, outcome, words) => {
    const finding = judgeGit('https://g/a.git', { ...probe, git });
    expect(finding.outcome).toBe(outcome);
    expect(finding.detail).toContain(words);
  });
});
