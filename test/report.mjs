/** What reports of Vitest come to, of a stage and of the second try of its files. Plain JavaScript, for `npm test` runs it. */
import { relative } from 'node:path';

/** Files with a test that failed, or that could not be run, relative to `root`. */
export function failedFiles({ testResults }, root) {
  return testResults.filter(hasFailed).map(({ name }) => relative(root, name));
}

/**
 * Counts and words of a stage. What was tried again counts as it was then; of each test that passed only then is said why it did not
 * before, since nothing else tells.
 * @param second of the files that failed; undefined where there was none
 */
export function summaryOf(first, second, root) {
  const again = new Map((second?.testResults ?? []).map((file) => [file.name, file]));
  const files = first.testResults.map((file) => again.get(file.name) ?? file);
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const count = (...states) => tests.filter(({ status }) => states.includes(status)).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    skipped: tests.length - count('passed', 'failed'),
    failures: files.flatMap((file) => failuresOf(file, root)),
    secondTries: first.testResults.flatMap((file) => secondTriesOf(file, again.get(file.name), root)),
  };
}

function hasFailed({ status, assertionResults }) {
  return status === 'failed' || assertionResults.some((test) => test.status === 'failed');
}

/** Each failed test with the beginning of why, or that the file could not be run. */
function failuresOf({ name, status, message, assertionResults }, root) {
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (failed.length > 0) return failed.map((test) => withReasons(name, test, root));
  return status === 'failed' ? [`${relative(root, name)}\n  ${shortened(message)}`] : [];
}

function secondTriesOf(file, again, root) {
  if (again === undefined) return [];
  const passed = new Set(
    again.assertionResults.filter(({ status }) => status === 'passed').map(({ fullName }) => fullName),
  );
  const tests = file.assertionResults.filter(({ status, fullName }) => status === 'failed' && passed.has(fullName));
  if (tests.length > 0) return tests.map((test) => withReasons(file.name, test, root));
  return hasFailed(again) ? [] : failuresOf(file, root);
}

function withReasons(file, { fullName, failureMessages, meta }, root) {
  const reasons = [...failureMessages, ...(meta?.diffs ?? [])];
  return `${relative(root, file)} > ${fullName}\n  ${reasons.map(shortened).join('\n  ')}`;
}

const shortened = (text) => text.split('\n').slice(0, 14).join('\n  ').slice(0, 2_000);
