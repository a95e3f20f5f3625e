/**
 * Kubernetes: API access as one user of one cluster. Requests, watches, logs, exec, port-forward, file transfer, and the
 * wording of their failures. Touches the network, kubeconfig files and exec plugins; decides nothing about runs.
 * Start reading at api.ts.
 */
export * from './api.ts';
export * from './exec/index.ts';
export * from './logFollower/index.ts';
export * from './portForward/index.ts';
export {
  createPartedReflector,
  createReflector,
  listCells,
  type Change,
  type Part,
  type PartedReflector,
  type PartMetadata,
  type Reflector,
  type ReflectorOptions,
  type ReflectorState,
  type TableCells,
} from './reflector/index.ts';
export * from './resources.ts';
export * from './transfer/index.ts';
export { createKubernetesApi, type KubernetesApiOptions } from './client.ts';
export { countObjects } from './count.ts';
export { openCluster, type OpenClusterOptions, type SignIn } from './openCluster.ts';
export { describeContexts, type DescribedContext } from './kubeconfig/describe.ts';
export { parseKubeconfig, type Kubeconfig } from './kubeconfig/parse.ts';
export { listAll, listWhole, type ListPage } from './list.ts';
export type { ClusterAccess, Impersonation, ServerTrust } from './access.ts';
export { type Credential, type CredentialSource, fixedCredential } from './credentials.ts';
export { type Clock, systemClock } from './clock.ts';
export {
  apiFailureOf,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isNotFound,
  isUnauthorized,
  lackedRight,
} from './errors.ts';
export { unlessForbidden, unlessMissing, unlessUnseen } from './tolerance.ts';
export { ApiFailure, TransportFailure, type TransportFault } from './transport/failures.ts';
export { HttpClient, type HttpAnswer, type HttpClientOptions } from './transport/httpClient.ts';
export { environmentProxy, parseProxy } from './kubeconfig/environmentProxy.ts';
export { runProgram, type ProgramResult, type Spawn } from './kubeconfig/runProgram.ts';
export { checkAuthorities, pemOf } from './kubeconfig/pem.ts';
export { failed, freshBackOff, waitMs, wentWell, type BackOff } from './timing/backOff.ts';
export type { Random } from './timing/random.ts';
