import { resources, type ResourceType } from '../../../kubernetes/index.ts';
import type { Right } from '../rights/index.ts';

/** A right that Slipway uses in a space. */
export interface RequiredVerb extends Omit<Right, 'name'> {
  /** What does not work without it, to follow "Without it". */
  readonly without: string;
  /** False where runs work without it, if less well. */
  readonly essential: boolean;
  /** The first Kubernetes 1.x that asks for it; absent where all do. */
  readonly sinceMinor?: number;
}

const need = (type: ResourceType, verb: RequiredVerb['verb'], without: string, subresource?: string): RequiredVerb => ({
  type,
  verb,
  without,
  essential: true,
  ...(subresource !== undefined && { subresource }),
});
const use = (type: ResourceType, verb: RequiredVerb['verb'], without: string, subresource?: string): RequiredVerb => ({
  ...need(type, verb, without, subresource),
  essential: false,
});

/** Every right that a run from submission to artifacts takes: the roles in docs/platform/role.yaml grant these and no others. */
export const requiredVerbs: readonly RequiredVerb[] = [
  need(resources.pipelineRuns, 'create', 'nothing can be run'),
  need(resources.pipelineRuns, 'get', 'no run can be shown'),
  need(resources.pipelineRuns, 'list', 'runs cannot be listed'),
  need(resources.pipelineRuns, 'watch', 'runs cannot be followed'),
  need(resources.pipelineRuns, 'patch', 'runs cannot be cancelled'),
  use(resources.pipelineRuns, 'delete', 'runs cannot be deleted'),
  need(resources.taskRuns, 'list', 'steps cannot be shown'),
  need(resources.taskRuns, 'watch', 'steps cannot be followed'),
  use(resources.customRuns, 'list', 'custom tasks of other runs are not shown'),
  use(resources.customRuns, 'watch', 'custom tasks of other runs are not followed'),
  need(resources.pods, 'get', 'helper pods cannot be waited for'),
  need(resources.pods, 'list', 'why a run waits cannot be told'),
  need(resources.pods, 'watch', 'why a run waits cannot be told'),
  use(resources.pods, 'create', 'large inputs cannot be sent, and files of ended runs cannot be read'),
  use(resources.pods, 'delete', 'helper pods stay until their time is over'),
  need(resources.pods, 'get', 'logs cannot be read from the API', 'log'),
  use(resources.pods, 'get', 'cells are not followed and files of running runs cannot be read', 'exec'),
  // A WebSocket is a GET; what it opens has to be allowed by itself since then.
  {
    ...use(resources.pods, 'create', 'cells are not followed and files of running runs cannot be read', 'exec'),
    sinceMinor: 35,
  },
  need(resources.configMaps, 'get', 'runs cannot be repeated'),
  need(resources.configMaps, 'create', 'inputs cannot be sent'),
  need(resources.configMaps, 'patch', 'inputs are not removed with their run'),
  use(resources.configMaps, 'list', 'what broken submissions left cannot be pruned'),
  use(resources.configMaps, 'delete', 'what broken submissions left cannot be pruned'),
  need(resources.persistentVolumeClaims, 'get', 'volumes cannot be checked'),
  need(resources.persistentVolumeClaims, 'create', 'runs get no volume of their own'),
  need(resources.persistentVolumeClaims, 'patch', 'volumes are not removed with their run'),
  use(resources.persistentVolumeClaims, 'list', 'what broken submissions left cannot be pruned'),
  use(resources.persistentVolumeClaims, 'delete', 'what broken submissions left cannot be pruned'),
  use(resources.events, 'list', 'why a run waits is told in fewer words'),
];

/** What DevEnvs take beyond those: the role `slipway-devenv` and its addition grant these and no others. */
export const devEnvVerbs: readonly RequiredVerb[] = [
  need(resources.secrets, 'get', 'no DevEnv can be reached'),
  need(resources.secrets, 'create', 'no DevEnv can be made'),
  need(resources.secrets, 'patch', 'no machine can be let into a DevEnv'),
  use(resources.secrets, 'delete', 'DevEnvs cannot be deleted'),
  use(resources.pods, 'patch', 'a new machine waits a minute until it can log in'),
  need(resources.pods, 'get', 'no DevEnv can be reached', 'portforward'),
  { ...need(resources.pods, 'create', 'no DevEnv can be reached', 'portforward'), sinceMinor: 35 },
  use(resources.persistentVolumeClaims, 'watch', 'changes of DevEnvs are not seen'),
];

/** Those that a cluster asks for. @param minor of its Kubernetes 1.x; undefined where it does not tell: those of all */
export function verbsOf(
  minor: number | undefined,
  verbs: readonly RequiredVerb[] = requiredVerbs,
): readonly RequiredVerb[] {
  return verbs.filter(({ sinceMinor = 0 }) => sinceMinor <= (minor ?? 0));
}

/** `create pods/exec`, `watch pipelineruns.tekton.dev`: as kubectl names it. */
export function verbWords({ type, subresource, verb }: RequiredVerb): string {
  const resource = type.group === '' ? type.plural : `${type.plural}.${type.group}`;
  return `${verb} ${subresource === undefined ? resource : `${resource}/${subresource}`}`;
}
