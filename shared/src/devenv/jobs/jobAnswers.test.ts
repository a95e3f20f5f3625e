import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../../protocol/index.ts';
import { runningJob } from '../../protocol/testing/devEnvs.ts';
import { jobListSchema, jobPieceSchema, oneJobSchema, readAnswer } from './jobAnswers.ts';

const job = runningJob();

const answer = (said: unknown, exitCode = 0) => ({
  exitCode,
  stdout: Buffer.from(typeof said === 'string' ? said : JSON.stringify(said)),
  stderr: '',
});

describe('what the image answers about jobs', () => {
  it('is read', () => {
    expect(readAnswer(oneJobSchema, 'devenv-a', answer({ job })).job).toEqual(job);
    expect(readAnswer(jobListSchema, 'devenv-a', answer({ jobs: [job, job] })).jobs).toHaveLength(2);
  });

  it.each([
    ['notFound', 'devenv.jobNotFound'],
    ['invalid', 'usage'],
    ['unavailable', 'devenv.failed'],
    ['something new', 'devenv.failed'],
  ])('is refused with what %s means', (code, expected) => {
    const refusal = answer({ error: { code, message: 'There is no folder\n/x' } }, 1);
    expect(() => readAnswer(oneJobSchema, 'devenv-a', refusal)).toThrow(expect.objectContaining({ code: expected }));
  });

  it('is never believed to be what it is not', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify(value)),
        ),
        (said) => {
          for (const schema of [oneJobSchema, jobListSchema, jobPieceSchema]) {
            expect(() => readAnswer(schema, 'devenv-a', answer(said))).toThrow(SlipwayError);
          }
        },
      ),
    );
  });
});
