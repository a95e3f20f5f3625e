import { SlipwayError } from '../../protocol/index.ts';
import type { JobSpec } from '../../protocol/index.ts';
import { parseDuration } from '../duration.ts';
import { checkRelativePath } from '../paths.ts';
import type { SpecFault } from './specProblems.ts';

/** What the schema cannot say: one of notebook and command, paths that stay inside, limits above zero. */
export function specFaults(spec: JobSpec): SpecFault[] {
  const faults: SpecFault[] = [];
  const check = (path: SpecFault['path'], test: () => unknown): void => {
    try {
      test();
    } catch (error) {
      if (!(error instanceof SlipwayError)) throw error;
      faults.push({ path, message: error.message, code: error.code, action: error.action });
    }
  };
  if (spec.notebook !== undefined && spec.command !== undefined) {
    faults.push({
      path: ['command'],
      message: 'A job has a notebook or a command, not both: remove one of them.',
    });
  }
  if (spec.notebook === undefined && spec.command === undefined) {
    faults.push({
      path: [],
      message: 'A job needs a notebook or a command: add "notebook: NAME.ipynb" or "command: …".',
    });
  }
  for (const { path, value, what } of pathsOf(spec)) check(path, () => checkRelativePath(value, what));
  const limits: readonly (readonly [string, number | string | undefined])[] = Object.entries(spec.timeouts ?? {});
  for (const [step, limit] of limits) {
    if (limit !== undefined) check(['timeouts', step], () => parseDuration(limit));
  }
  return faults;
}

/** Every path and glob of a spec that names something in the job's folder. */
function pathsOf({ notebook, requirements, tests, files, outputs }: JobSpec): {
  path: SpecFault['path'];
  value: string;
  what: string;
}[] {
  const testsPath = typeof tests === 'object' ? tests.path : tests;
  const single = { notebook, requirements, tests: testsPath === false ? undefined : testsPath };
  const lists = [
    { path: ['files', 'include'], globs: files?.include },
    { path: ['files', 'exclude'], globs: files?.exclude },
    { path: ['outputs'], globs: outputs },
  ];
  return [
    ...Object.entries(single).flatMap(([what, value]) => (value === undefined ? [] : [{ path: [what], value, what }])),
    ...lists.flatMap(({ path, globs }) =>
      (globs ?? []).map((value, index) => ({ path: [...path, index], value, what: path.join('.') })),
    ),
  ];
}
