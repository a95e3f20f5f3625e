import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnosisSchema, type FailedCell, type Run, stepNames } from '../protocol/index.ts';
import { diagnose, type Evidence } from './diagnose.ts';
import { catalogue } from './catalogue/order.ts';
import { recordedEvidence, recordedNames, runThat } from './testing/evidence.ts';

const secrets = [
  'ghp_0123456789abcdefghijABCDEFGHIJ012345',
  'glpat-0123456789abcdefghij',
  'hf_abcdefghijklmnopqrstuvwxyz012345',
  'xoxb-123456789012-abcdefghijkl',
  'AKIAIOSFODNN7EXAMPLE',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl',
];
const hidden = 'hunter2-hunter2';
const carriers = [
  `Authorization: Bearer ${hidden}`,
  `https://alice:${hidden}@pypi.example.org/simple`,
  `password=${hidden}`,
  `"token": "${hidden}"`,
  `--password ${hidden}`,
];

const piece = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(...secrets, ...carriers),
  fc.constantFrom(
    '\n',
    '\r',
    '\r\n',
    '    ',
    '  File "/opt/papermill/x.py", line 1, in f\n    f()\n',
    '\u001b[31m',
    '{run}',
    '$1',
    '$&',
  ),
  fc.constantFrom(
    'Traceback (most recent call last):\n',
    'KeyError: ',
    'OSError: [Errno 28] ',
    "No module named '",
    'FAILED ',
    'ERROR ',
  ),
  fc.constantFrom(
    'papermill.exceptions.PapermillExecutionError: \n',
    '= 1 failed in 0.1s =',
    'WARNING: Retrying (Retry(total=0,',
  ),
);
// A token has blanks around it: glued to other letters it would be a different word.
const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(' '));

const cell: fc.Arbitrary<FailedCell> = fc.record({
  id: text,
  index: fc.integer({ min: -1, max: 5 }),
  number: fc.nat(5),
  source: text,
  errorName: fc.oneof(text, fc.constantFrom('KeyError', 'ModuleNotFoundError', 'SystemExit')),
  errorValue: text,
  traceback: fc.array(text, { maxLength: 3 }),
  line: fc.integer({ min: 1, max: 3 }),
});

const run: fc.Arbitrary<Run> = fc
  .record({
    state: fc.constantFrom<Run['state']>('failed', 'timedOut', 'lost'),
    step: fc.option(fc.constantFrom(...stepNames), { nil: undefined }),
    exitCode: fc.constantFrom(0, 1, 2, 4, 5, 124, 126, 127, 137, 138, 139, 255),
    reason: text,
    title: text,
  })
  .map(({ state, step, exitCode, reason, title }) => ({
    ...runThat(state, step === undefined ? undefined : { name: step, state: 'failed', exitCode, reason }),
    title,
    reason,
  }));

const evidence: fc.Arbitrary<Evidence> = fc.record({
  run,
  failedCell: fc.option(cell, { nil: undefined }),
  logTail: text,
});

describe('diagnose, for any evidence', () => {
  it('answers, the same every time, in the form that is promised', () => {
    fc.assert(
      fc.property(evidence, (given) => {
        const diagnosis = diagnose(given);
        expect(diagnosisSchema.safeParse(diagnosis).success).toBe(true);
        expect(diagnose(given)).toEqual(diagnosis);
        for (const line of diagnosis?.evidence ?? []) {
          expect(line.length).toBeLessThanOrEqual(300);
          expect(line).not.toMatch(/[^\P{Cc}\t]|\p{Cs}/u);
        }
        expect(diagnosis?.cause).not.toMatch(/[^\P{Cc}\t]/u);
      }),
      { numRuns: 500 },
    );
  });

  it('never shows a secret, wherever it stood', () => {
    fc.assert(
      fc.property(evidence, (given) => {
        const shown = JSON.stringify(diagnose(given));
        for (const secret of [...secrets, hidden]) expect(shown).not.toContain(secret);
      }),
      { numRuns: 1000 },
    );
  });

  it('never shows a secret that was put into a run that really failed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...recordedNames),
        fc.nat(),
        fc.constantFrom(...secrets, ...carriers),
        (name, at, secret) => {
          const given = recordedEvidence(name);
          const lines = given.logTail.split('\n');
          lines.splice(at % (lines.length + 1), 0, secret);
          const failedCell = given.failedCell && {
            ...given.failedCell,
            errorValue: `${given.failedCell.errorValue} ${secret}`,
          };
          const shown = JSON.stringify(diagnose({ ...given, failedCell, logTail: lines.join('\n') }));
          for (const word of [...secrets, hidden]) expect(shown).not.toContain(word);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes logs and errors of any size', () => {
    for (const piece of [
      'x',
      'ERROR ',
      'FAILED a::b\n',
      '1 failed, ',
      '    a\nKeyError: ',
      "No module named '",
      '[({',
      "available keys: ['",
      '= ',
      'ERROR: Cannot install ',
    ]) {
      const long = piece.repeat(300_000);
      for (const entry of new Set(catalogue.flatMap(({ steps }) => steps ?? ['notebook' as const]))) {
        const failed = runThat('failed', { name: entry, state: 'failed', exitCode: 1, reason: long });
        expect(diagnose({ run: failed, logTail: long })?.cause.length).toBeLessThanOrEqual(600);
      }
      const failedCell = {
        id: 'a',
        index: 0,
        number: 1,
        source: long,
        errorName: 'KeyError',
        errorValue: long,
        traceback: [long],
        line: 1,
      };
      const failed = runThat('failed', { name: 'notebook', state: 'failed', exitCode: 1 });
      expect(diagnose({ run: failed, failedCell, logTail: long })?.id).toBe('keyError');
    }
  });
});
