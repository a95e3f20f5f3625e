import type { Artifact, Diagnosis, JobSpec, Run } from '../../protocol/index.ts';

/** The one object that `-o json` prints of a run. Keys are always there; what does not apply is null. */
export function runJson(run: Run, artifacts: readonly Artifact[], parameters?: JobSpec['parameters']): object {
  return {
    run: run.name,
    context: run.context,
    title: run.title,
    state: run.state,
    reason: run.reason ?? null,
    steps: run.steps.map((step) => ({
      name: step.name,
      state: step.state,
      exitCode: step.exitCode ?? null,
      durationMs:
        step.startedAt === undefined || step.finishedAt === undefined ? null : step.finishedAt - step.startedAt,
      ...(step.reason === undefined ? {} : { reason: step.reason }),
      ...(step.note === undefined ? {} : { note: step.note }),
    })),
    failedCell: run.failedCell ?? null,
    artifacts,
    diagnosis: run.diagnosis === undefined ? null : inEnglish(run.diagnosis),
    ...(parameters === undefined ? {} : { parameters }),
  };
}

/** For scripts, as all else here. */
function inEnglish({ id, cause, evidence, fixes }: Diagnosis): Diagnosis {
  return { id, cause, evidence, fixes };
}
