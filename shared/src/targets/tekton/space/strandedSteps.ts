import { runCommand, type KubernetesApi } from '../../../kubernetes/index.ts';
import { containerOf, paths, summaryResult } from '../../../pipeline/index.ts';
import { isOurs, killedCode, parseTerminationMessage, type Pod, type RunFacts } from '../observe/index.ts';

/** Steps that wait in their pod for a turn that nobody gives them. */
export interface StrandedSteps {
  readonly pod: string;
  /** In their order. */
  readonly steps: readonly string[];
}

const stepContainer = /^step-(.+)$/;

/**
 * The steps of a run of ours that Tekton has forgotten: the kernel ends a container that is out of memory as a whole where control
 * groups are of version 2, and with it Tekton's entrypoint, which would have told the next step that it is its turn. Tekton calls
 * the run failed, and the pod goes on for ever, with its GPU. Undefined where no pod is like that.
 */
export function strandedSteps({ pipelineRun, pods = [] }: RunFacts): StrandedSteps | undefined {
  if (pipelineRun === undefined || !isOurs(pipelineRun.metadata)) return undefined;
  for (const pod of pods) {
    const steps = stepsAfterKill(pod);
    if (steps.length > 0) return { pod: pod.metadata.name, steps };
  }
  return undefined;
}

function stepsAfterKill({ metadata, spec, status }: Pod): string[] {
  if (metadata.deletionTimestamp !== undefined || status?.phase !== 'Running') return [];
  const stateOf = (name: string) => status.containerStatuses.find((each) => each.name === name)?.state;
  // Statuses are in the order of names, and containers in that of steps.
  const containers = (spec?.containers ?? []).map(({ name }) => name).filter((name) => stepContainer.test(name));
  const next = containers.findIndex((name) => stateOf(name)?.terminated === undefined);
  if (next <= 0) return [];
  if (!leftNoTurn(stateOf(containers[next - 1] ?? '')?.terminated)) return [];
  const waiting = containers.slice(next);
  if (waiting.some((name) => stateOf(name)?.running === undefined)) return [];
  return waiting.map((name) => stepContainer.exec(name)?.[1] ?? name);
}

type Terminated = NonNullable<NonNullable<PodContainer['state']>['terminated']>;
type PodContainer = NonNullable<Pod['status']>['containerStatuses'][number];

/** The next step was not told to begin: by an entrypoint that was killed, or by a core that gave the turn before and is gone. */
function leftNoTurn(ended: Terminated | undefined): boolean {
  const { exitCode = 0, message = '' } = ended ?? {};
  // An entrypoint that lived to the end of its step has left a message, and made the next one begin.
  if (message === '') return exitCode === killedCode;
  // Where Tekton lets a task go on, its container ends well.
  return exitCode !== 0 && parseTerminationMessage(message).reason === givenReason;
}

/** What a container says whose step one of us has run. */
const givenReason = 'Continued';

/**
 * One core does it: whoever makes the folder. What a step says is in its own log, and how it ended where Tekton's entrypoint says it,
 * which is the first process of its container and ends with its step.
 */
const turnScript = `
mkdir "$1/results/$2.turn" 2>/dev/null || exit 3
started=$(date -u +%FT%T.%3NZ)
bash "$3/$2.sh" </dev/null >/dev/null 2>&1
python3 -I -S -c 'import json, sys
started, code, name, result = sys.argv[1:]
own = {"StartedAt": started, "ExitCode": code, "Reason": "${givenReason}"}
entries = [{"key": key, "value": value, "type": 3} for key, value in own.items()]
if result:
    entries.append({"key": name, "value": open(result, encoding="utf-8").read(), "type": 1})
with open("/tekton/termination", "w", encoding="utf-8") as file:
    json.dump(entries, file, ensure_ascii=False)' "$started" "$?" "$4" "\${SLIPWAY_RESULT:-}"
{ sleep 0.2; kill -TERM 1; } </dev/null >/dev/null 2>&1 &
`;
const somebodyElse = 3;

/**
 * Runs the steps, each in its own container, as Tekton would have: report, index and summary are there after it, and the pod has ended.
 * A step that has begun goes on without whoever began it; where that one is gone, the steps after it are stranded anew.
 * @throws SlipwayError where the user may not do that, or the cluster does not answer
 */
export async function runStrandedSteps(
  api: KubernetesApi,
  { pod, steps }: StrandedSteps,
  signal: AbortSignal,
): Promise<void> {
  const { namespace } = api.cluster;
  for (const step of steps) {
    const command = ['bash', '-c', turnScript, 'slipway', paths.run, step, paths.steps, summaryResult];
    const { exitCode } = await runCommand(api, { namespace, pod, container: containerOf(step), command }, signal);
    if (exitCode === somebodyElse) return;
  }
}
