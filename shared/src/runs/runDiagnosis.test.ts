import { describe, expect, it } from 'vitest';
import { SlipwayError, type Run } from '../protocol/index.ts';
import type { LogSource } from './logStreams.ts';
import { withDiagnosis } from './runDiagnosis.ts';

const never = new AbortController().signal;
const noLog: LogSource = {
  logSize: () => Promise.resolve({ bytes: 0, whole: true }),
  readLog: (_run, _step, offset) => Promise.resolve({ offset, bytes: new Uint8Array(), times: [] }),
};
const secret = 'https://alice:correcthorse@data.example.org/table.csv';
const failed: Run = {
  name: 'analysis-7f3a',
  context: 'local',
  title: 'analysis.ipynb',
  state: 'failed',
  createdAt: 1,
  cancelRequested: false,
  reason: `OSError: cannot read ${secret}`,
  steps: [{ name: 'notebook', state: 'failed', exitCode: 1, reason: `OSError: cannot read ${secret} in cell 1` }],
  failedCell: {
    id: 'load',
    index: 0,
    number: 1,
    source: `table = read("${secret}")`,
    errorName: 'OSError',
    errorValue: `cannot read ${secret}`,
    traceback: [`OSError: cannot read ${secret}`],
  },
};

describe('a failed run as it is shown', () => {
  it("masks secrets in the words of its errors, and leaves the cell's source as it was written", async () => {
    const shown = await withDiagnosis(noLog, failed, never);
    const source = shown.failedCell?.source;
    expect(source).toBe(failed.failedCell?.source);
    const rest = JSON.stringify({ ...shown, failedCell: { ...shown.failedCell, source: '' } });
    expect(rest).not.toContain('correcthorse');
    expect(shown.reason).toContain('[masked]@data.example.org');
  });

  it('is shown also where its log cannot be read', async () => {
    const unread: LogSource = {
      ...noLog,
      logSize: () => Promise.reject(new SlipwayError('cluster.refused', 'the space is being deleted')),
    };
    expect(await withDiagnosis(unread, failed, never)).toEqual(await withDiagnosis(noLog, failed, never));
    const broken: LogSource = { ...noLog, logSize: () => Promise.reject(new TypeError('a mistake of ours')) };
    await expect(withDiagnosis(broken, failed, never)).rejects.toThrow('a mistake of ours');
  });

  it('stays as it is when it passed', async () => {
    const passed: Run = { ...failed, state: 'succeeded' };
    expect(await withDiagnosis(noLog, passed, never)).toBe(passed);
  });
});
