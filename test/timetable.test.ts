import { describe, expect, it } from 'vitest';
import { timetable, timeWords } from './timetable.mjs';

describe('the times of a run of tests', () => {
  it('are told beside what a stage may take, and a stage that takes more says so', () => {
    expect(timeWords({ seconds: 99.96, budgetSeconds: 100 })).toBe('100.0 s');
    expect(timeWords({ seconds: 101, budgetSeconds: 100 })).toBe('101.0 s, more than its budget of 100 s');
    expect(timeWords({ seconds: 600 })).toBe('600.0 s');
  });

  it('leave out of a budget what a stage waited for the cluster', () => {
    const waiting = { seconds: 700, waitedSeconds: 620, budgetSeconds: 100 };
    expect(timeWords(waiting)).toBe('700.0 s, 620.0 s of them waiting for the cluster');
  });

  it('are a table at the end', () => {
    const stages = [
      { name: 'install packages', seconds: 0.1 },
      { name: 'hosts', seconds: 395, budgetSeconds: 340 },
    ];
    expect(timetable(stages, 1_776, true)).toBe(`
  stage              budget  took
  install packages           0.1 s
  hosts               340 s  395.0 s, more than its budget of 340 s

All of it took 29.6 min; the budget is 25.0 min where everything is there, and 60.0 min on a new machine.`);
    expect(timetable(stages, 90, false)).toMatch(/All of it took 1\.5 min\.$/);
  });
});
