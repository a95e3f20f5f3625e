/** What tests may use of the cluster; README.md says more. */

export interface ClusterOptions {
  /** Gets a line of progress; `console.log` unless given. */
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface ClusterStatus {
  readonly running: boolean;
  readonly built: boolean;
  /** Process ids by name; null where one has ended. */
  readonly daemons: Readonly<Record<string, number | null>>;
  /** The administrator's. */
  readonly kubeconfig: string;
  /** Absolute paths of programs. */
  readonly kubectl: string;
  readonly validatePipelineRuns: string;
  readonly apiUrl: string;
  readonly node: string;
  readonly nodeAddress: string;
  readonly certificateAuthority: string;
  readonly pki: string;
  readonly pids: string;
  readonly logs: string;
  readonly auditLog: string;
  readonly services: {
    /** Base URLs, for pods and for this machine. */
    readonly git: string;
    readonly files: string;
    readonly registry: string;
    readonly registryName: string;
    readonly login: { readonly user: string; readonly password: string };
    readonly repositories: string;
    readonly filesFolder: string;
  };
  readonly issuer: { readonly url: string; readonly audience: string; readonly signingKey: string };
  readonly cache: string;
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** Why the cluster cannot run on this machine, in words; empty when it can. */
export function missingPrerequisites(): string[];

/** Installs and builds what is missing; resolves when a start needs nothing more. */
export function prepareCluster(options?: ClusterOptions): Promise<Readonly<Record<string, string>>>;

/** Builds what is missing, and starts the cluster unless it is up. `fresh` drops the state of the one before. */
export function clusterUp(options?: ClusterOptions & { readonly fresh?: boolean }): Promise<ClusterStatus>;

/** Stops the cluster. Its state and its images stay in the cache folder, and nothing of it anywhere else. */
export function clusterDown(options?: ClusterOptions): Promise<void>;

/** What runs, and where everything is. */
export function clusterStatus(): Promise<ClusterStatus>;

/** Builds Tekton's own client, which only comparisons need, and returns its path. */
export function buildTkn(options?: ClusterOptions): Promise<string>;

/** Runs the administrator's kubectl and returns its output; rejects with what it wrote to standard error. */
export function kubectl(
  args: readonly string[],
  options?: {
    readonly input?: string;
    readonly signal?: AbortSignal;
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<string>;

/** Tries some times a second until the result is true-ish; throws with `what` when the seconds are over. */
export function waitFor<T>(what: string, seconds: number, attempt: () => T | Promise<T>): Promise<NonNullable<T>>;

/** An ID token for `oidc:<email>` in the groups `oidc:<group>`, valid for `seconds` from now (3,600 unless given). */
export function idToken(
  email: string,
  options?: {
    readonly groups?: readonly string[];
    readonly seconds?: number;
    readonly claims?: Readonly<Record<string, unknown>>;
  },
): string;

/**
 * Lets the API server believe the ID tokens of another issuer for users and groups `oidc:<claim>`, until the function that it
 * resolves to is called, at the latest until this process ends. Resolves once it does: the issuer must answer.
 */
export function trustIssuer(issuer: {
  readonly url: string;
  readonly audience: string;
  /** PEM. */
  readonly certificateAuthority: string;
  readonly usernameClaim: string;
  /** `groups` unless given. */
  readonly groupsClaim?: string;
}): Promise<() => Promise<void>>;

/** Sets how many `nvidia.com/gpu` a node has, the real one unless named. */
export function setGpus(count: number, node?: string): Promise<void>;

/** Adds a node without a machine; it has a taint that keeps all pods off unless `taints` are given. */
export function addPretendNode(
  name: string,
  options?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly taints?: readonly Taint[];
    readonly resources?: Readonly<Record<string, string>>;
  },
): Promise<void>;

/** Removes a node without a machine, and first the pods that wait there. */
export function removePretendNode(name: string): Promise<void>;

/**
 * Takes an image off the node, in all its versions: the next pod that wants it pulls it.
 * @param repository without tag or digest: `registry.testbed.local/slow/large`
 */
export function removeImage(repository: string): Promise<void>;

/** Ends a part of the cluster, as a crash would when `graceSeconds` is 0, and starts it again. */
export function stopPart(name: string, graceSeconds?: number): Promise<void>;
export function startPart(name: string): void;
