import { runCommand, type KubernetesApi } from '../../../kubernetes/index.ts';
import { containerOf, paths, summaryResult } from '../../../pipeline/index.ts';
import { isOurs, killedCode, type Pod, type RunFacts } from '../observe/index.ts';

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
  // An entrypoint that lived to the end of its step has left a message, and made the next one begin.
  const last = stateOf(containers[next - 1] ?? '')?.terminated;
  if (last?.exitCode !== killedCode || (last.message ?? '') !== '') return [];
  const waiting = containers.slice(next);
  if (waiting.some((name) => stateOf(name)?.running === undefined)) return [];
  return waiting.map((name) => stepContainer.exec(name)?.[1] ?? name);
}

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
own = {"StartedAt": started, "ExitCode": code, "Reason": "Continued"}
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
