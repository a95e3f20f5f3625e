import type { JobSpec, Run } from '../../protocol/index.ts';
import type { SpecDifference } from '../../views/index.ts';
import type { CliCore } from '../cliCore.ts';
import { exitCodes } from '../exitCodes.ts';
import type { Session } from '../session.ts';
import { plain } from '../terminal/line.ts';
import { fact } from '../view/labels.ts';
import { formatValue } from '../view/values.ts';
import { editSpec } from './editSpec.ts';
import { readDeclarations, readRunFile } from './originalSpec.ts';
import { readParameterArguments, typeParameters } from './parameters.ts';
import { followRepeated, type RepeatOptions } from './retry.ts';
import { findRun, refOf, type RunReference } from './runReference.ts';

export interface RerunOptions extends RepeatOptions {
  /** `name=value` each. */
  readonly parameters: readonly string[];
  readonly edit: boolean;
}

/** `slipway rerun`: the same inputs again, with other parameters or an edited job spec. */
export async function rerun(session: Session, reference: RunReference, options: RerunOptions): Promise<number> {
  const core = await session.core();
  const original = await findRun(core, reference, session.signal);
  const parameters = await changedParameters(session, core, original, options.parameters);
  const difference: SpecDifference | undefined = options.edit
    ? await editChanges(session, core, original, parameters)
    : { changes: { parameters } };
  if (difference === undefined) {
    session.err.writeLines([
      [plain('Nothing was changed, so nothing was run. To run it as it was: slipway rerun '), plain(original.name)],
    ]);
    return exitCodes.passed;
  }
  const { changes, ...rest } = difference;
  const request = {
    ...refOf(original),
    ...(Object.keys(changes.parameters ?? {}).length > 0 || options.edit ? { changes } : {}),
    ...rest,
  };
  const started = await core.handlers['runs/rerun'](request, session.signal);
  return followRepeated(session, started, options, [
    ...fact('reruns', original.name, Number.POSITIVE_INFINITY),
    ...describeChanges(difference, session.widthOf(session.out)),
  ]);
}

async function changedParameters(
  session: Session,
  core: CliCore,
  original: Run,
  given: readonly string[],
): Promise<NonNullable<JobSpec['parameters']>> {
  const texts = readParameterArguments(given);
  if (texts.size === 0) return {};
  const runFile = await readRunFile(core, original, session.signal);
  return typeParameters(texts, await readDeclarations(core, original, runFile, session.signal));
}

async function editChanges(
  session: Session,
  core: CliCore,
  original: Run,
  parameters: NonNullable<JobSpec['parameters']>,
): Promise<SpecDifference | undefined> {
  const { spec } = await readRunFile(core, original, session.signal);
  const hasNew = Object.keys(parameters).length > 0;
  return editSpec(session, spec, hasNew ? { ...spec, parameters: { ...spec.parameters, ...parameters } } : spec);
}

function describeChanges({ changes, unset = [] }: SpecDifference, width: number) {
  const { parameters, ...others } = changes;
  const list = [
    ...Object.entries(parameters ?? {}).map(([name, value]) => `${name}=${formatValue(value)}`),
    ...Object.keys(others),
    ...unset.map((field) => `without ${field}`),
  ];
  return list.length === 0 ? [] : fact('changed', list.join(', '), width);
}
