import type { ResourcePath, ResourceType } from './api.ts';

const core = (kind: string, plural: string, namespaced = true): ResourceType => ({
  group: '',
  version: 'v1',
  kind,
  plural,
  namespaced,
});
const tekton = (kind: string, plural: string, version = 'v1'): ResourceType => ({
  group: 'tekton.dev',
  version,
  kind,
  plural,
  namespaced: true,
});
const review = (group: string, kind: string, plural: string): ResourceType => ({
  group,
  version: 'v1',
  kind,
  plural,
  namespaced: false,
});

/** The types that Slipway reads and writes. */
export const resources = {
  pods: core('Pod', 'pods'),
  configMaps: core('ConfigMap', 'configmaps'),
  secrets: core('Secret', 'secrets'),
  persistentVolumeClaims: core('PersistentVolumeClaim', 'persistentvolumeclaims'),
  events: core('Event', 'events'),
  serviceAccounts: core('ServiceAccount', 'serviceaccounts'),
  resourceQuotas: core('ResourceQuota', 'resourcequotas'),
  limitRanges: core('LimitRange', 'limitranges'),
  nodes: core('Node', 'nodes', false),
  namespaces: core('Namespace', 'namespaces', false),
  persistentVolumes: core('PersistentVolume', 'persistentvolumes', false),
  storageClasses: {
    group: 'storage.k8s.io',
    version: 'v1',
    kind: 'StorageClass',
    plural: 'storageclasses',
    namespaced: false,
  },
  pipelineRuns: tekton('PipelineRun', 'pipelineruns'),
  taskRuns: tekton('TaskRun', 'taskruns'),
  customRuns: tekton('CustomRun', 'customruns', 'v1beta1'),
  selfSubjectReviews: review('authentication.k8s.io', 'SelfSubjectReview', 'selfsubjectreviews'),
  selfSubjectAccessReviews: review('authorization.k8s.io', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews'),
  selfSubjectRulesReviews: review('authorization.k8s.io', 'SelfSubjectRulesReview', 'selfsubjectrulesreviews'),
} as const satisfies Record<string, ResourceType>;

/** What a pod is asked for besides itself. */
export function podPath(
  { namespace, pod }: { readonly namespace: string; readonly pod: string },
  subresource: 'exec' | 'log' | 'portforward',
): ResourcePath {
  return { type: resources.pods, namespace, name: pod, subresource };
}
