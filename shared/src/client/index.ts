/**
 * What every host keeps of the core: the connection and its second tries, the runs of all contexts, the runs whose end is
 * to be told of. Knows the protocol and nothing else: transport, clock and storage come in through constructors.
 * `RpcClient` has an entry of its own, `rpc-client`: a page that only loads speaks to no core. Start reading at coreConnection.ts.
 */
export { type ContextSource, ContextStore } from './contextStore.ts';
export { type Client, CoreConnection, type CoreConnectionOptions } from './coreConnection.ts';
export { type DevEnvContext, type DevEnvSource, DevEnvStore } from './devEnvStore.ts';
export { type Disposable, Emitter } from './emitter.ts';
export { FollowedRuns, type FollowedRunNames } from './followedRuns.ts';
export type { HostFiles } from './hostFiles.ts';
export { NotificationEmitters } from './notificationEmitters.ts';
export type { MessageChannel, RpcClient, RpcClientOptions } from './rpcClient.ts';
export { IdleWarnings } from './idleWarnings.ts';
export { keyOf } from './runCollection.ts';
export { pageOf, SignIn, type SignInOptions, type SignInState } from './signIn.ts';
export { type ContextState, type RunSource, RunStore } from './runStore.ts';
