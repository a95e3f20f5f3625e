import { expect, it } from 'vitest';
import { reasonsAgainst, type MachineFacts } from './cluster/build/prerequisites.mjs';
import { outcomeOf, skipFor } from './outcome.mjs';

it.each([
  [{ passed: 3, failed: 0, skipped: 0 }, true, 0, '3 passed, 0 failed, 0 skipped'],
  [{ passed: 3, failed: 0, skipped: 1 }, false, 0, '3 passed, 0 failed, 1 skipped'],
  [{ passed: 3, failed: 0, skipped: 1 }, true, 1, 'A skipped test counts as a failure here (CI=true).'],
  [{ passed: 3, failed: 1, skipped: 0 }, false, 1, '3 passed, 1 failed, 0 skipped'],
  [{ passed: 0, failed: 0, skipped: 0 }, false, 1, '0 passed, 0 failed, 0 skipped'],
])('%j, strict %s, ends with %i', (counts, strict, exitCode, line) => {
  const outcome = outcomeOf(counts, strict);
  expect(outcome.exitCode).toBe(exitCode);
  expect(outcome.lines.map((each) => each.trim())).toContain(line);
});

const able: MachineFacts = {
  platform: 'linux',
  arch: 'x64',
  isRoot: true,
  mayMount: true,
  missingPackages: [],
  hasAptGet: true,
  hasGo: true,
  hasMemoryController: true,
};

it.each<[Partial<MachineFacts>, RegExp]>([
  [{ platform: 'darwin' }, /^it needs Linux, and this is darwin$/],
  [{ arch: 'arm64' }, /x86-64, and this is arm64$/],
  [{ isRoot: false, mayMount: false }, /^it needs root/],
  [{ mayMount: false }, /may not mount file systems/],
  [{ missingPackages: ['runc'], hasAptGet: false }, /packages are missing, and there is no apt-get: runc$/],
  [{ hasGo: false }, /Go toolchain/],
  [{ hasMemoryController: false }, /memory control groups/],
])('a machine with %j cannot run the cluster, and the stage that needs it says why', (facts, reason) => {
  const lines: string[] = [];
  const stage = { skipped: 0, print: (line: string) => void lines.push(line) };
  skipFor(reasonsAgainst({ ...able, ...facts }), stage);
  expect(stage.skipped).toBe(1);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.replace(/^skipped: /, '')).toMatch(reason);
});

it('nothing is said of a machine that can', () => {
  const stage = { skipped: 0, print: expect.unreachable };
  skipFor(reasonsAgainst(able), stage);
  skipFor(reasonsAgainst({ ...able, missingPackages: ['runc'] }), stage);
  expect(stage.skipped).toBe(0);
});
