import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { formatSpec, parseSpecText } from '../../jobs/index.ts';
import { SlipwayError, type JobSpec } from '../../protocol/index.ts';
import { specDifference, type SpecDifference } from '../../views/index.ts';
import type { Session } from '../session.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { plain } from '../terminal/line.ts';
import { openEditor } from './editor.ts';
import { describeProblem } from './jobFile.ts';

/**
 * Opens a job spec in the person's editor, again where it is not valid and they want to go on.
 * @param original what the run had; `shown` what the editor begins with
 * @returns what differs from `original`; undefined where nothing does
 * @throws SlipwayError `usage` without a working editor, `spec.invalid` naming the file, which is kept
 */
export async function editSpec(
  session: Session,
  original: JobSpec,
  shown: JobSpec,
): Promise<SpecDifference | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-edit-'));
  const file = join(folder, 'slipway.yaml');
  await writeFile(file, formatSpec(shown), { mode: 0o600 });
  for (;;) {
    await openEditor(session, file, 'nothing was run');
    const { changes, problems } = readEdited(original, await readFile(file, 'utf8'));
    if (problems.length === 0) {
      await rm(dirname(file), { recursive: true });
      return changes;
    }
    session.err.writeLines(problems.map((problem) => [plain(problem)]));
    if (canAsk(session) && (await confirm(session, 'Edit it again?', true))) continue;
    throw new SlipwayError('spec.invalid', 'The edited job spec is not valid, so nothing was run.', {
      action: `Your text is kept in ${file}.`,
    });
  }
}

interface Edited {
  readonly changes: SpecDifference | undefined;
  readonly problems: readonly string[];
}

/** Compares the edited text with the original. Parameters can be given another value, but not be taken out. */
export function readEdited(original: JobSpec, text: string): Edited {
  const { spec, problems } = parseSpecText(text);
  if (spec === undefined)
    return { changes: undefined, problems: problems.map((problem) => describeProblem('slipway.yaml', problem)) };
  const removed = missingKeys(original.parameters ?? {}, spec.parameters ?? original.parameters ?? {});
  if (removed.length > 0) {
    const list = removed.map((name) => `parameters.${name}`).join(', ');
    return {
      changes: undefined,
      problems: [`slipway.yaml: ${list} cannot be taken out of a rerun; give another value instead.`],
    };
  }
  const difference = specDifference(original, spec);
  const isSame = Object.keys(difference.changes).length === 0 && difference.unset === undefined;
  return { changes: isSame ? undefined : difference, problems: [] };
}

function missingKeys(before: object, after: object): string[] {
  return Object.keys(before).filter((key) => !Object.hasOwn(after, key));
}
