import { preflight } from '../../../shared/src/targets/tekton/preflight/index.ts';
import { commandRun } from '../../../shared/src/targets/tekton/submit/testing/submissions.ts';
import { median, type Comparison } from '../statistics.ts';
import { inBenchSpace, never, timedMs } from './benchSpace.ts';

/** The whole look before a run, by a core that is connected, beside one of its questions by kubectl. */
export async function preflightTime(pairs: number): Promise<Comparison> {
  return inBenchSpace('preflight', {}, async (space) => {
    const { api, profile } = space;
    const submitter = await space.submitter();
    const ours: number[] = [];
    const reference: number[] = [];
    const longest = new Map<string, number[]>();
    for (let pair = -1; pair < pairs; pair += 1) {
      const submission = commandRun(`look-${pair + 1}`, 'true');
      const kubectl = await timedMs(() => space.kubectl('auth', 'can-i', '--list'));
      const look = await timedMs(async () => {
        const checks = await preflight({ api, profile, submitter, now: Date.now }, submission, never);
        const failed = checks.filter(({ outcome }) => outcome === 'fail');
        if (failed.length > 0) throw new Error(`the look found ${JSON.stringify(failed)}`);
        if (pair < 0) return;
        for (const { name, durationMs } of checks) longest.set(name, [...(longest.get(name) ?? []), durationMs]);
      });
      // The first pair makes connections.
      if (pair < 0) continue;
      ours.push(look);
      reference.push(kubectl);
    }
    const slowest = [...longest].map(([name, times]) => [name, median(times)] as const).sort((a, b) => b[1] - a[1]);
    return {
      name: 'The look before a run: all checks side by side',
      unit: 'ms',
      ours,
      reference,
      referenceName: 'kubectl auth can-i --list, one of the questions',
      details: slowest.slice(0, 3).map(([name, ms]) => `${name.padEnd(16)} ${ms.toFixed(0)} ms (median)`),
      goal: 'at most 1 s',
      met: (look) => look <= 1_000,
    };
  });
}
