/** Every failure that a person may meet, by name. A code is stable: hosts and scripts may branch on it. */
const errorCodes = [
  // The input is at fault; nothing was started.
  'usage',
  'notebook.unreadable',
  'notebook.unsupported',
  'notebook.empty',
  'spec.invalid',
  'parameter.invalid',
  'files.refused',
  'path.refused',
  'tests.missing',
  'kernel.unknown',
  'python.unusable',
  'context.unknown',
  'context.invalid',
  'context.exists',
  'config.newer',
  'target.unsupported',
  'kubeconfig.invalid',
  // The thing asked for is not there, or not in a state that allows it.
  'run.notFound',
  'run.conflict',
  'retry.refused',
  'artifact.notFound',
  'artifact.unreadable',
  // Nobody is signed in, or signing in went wrong.
  'signIn.required',
  'signIn.failed',
  'signIn.denied',
  'signIn.timeout',
  'vault.refused',
  'issuer.unreachable',
  'issuer.untrusted',
  'issuer.invalid',
  // A DevEnv is not there, or not in a state that allows it.
  'devenv.notFound',
  'devenv.exists',
  'devenv.stopped',
  'devenv.failed',
  'devenv.conflict',
  'devenv.jobNotFound',
  // SSH on this machine, or between it and a DevEnv.
  'ssh.config',
  'ssh.missing',
  'ssh.hostKey',
  'ssh.refused',
  'ssh.lost',
  'transfer.failed',
  'transfer.changed',
  // A cluster said no, or could not be asked.
  'credentials.failed',
  'cluster.unreachable',
  'cluster.untrusted',
  'cluster.unauthorized',
  'cluster.forbidden',
  'cluster.notFound',
  'cluster.conflict',
  'cluster.refused',
  'cluster.quota',
  'cluster.busy',
  'cluster.gone',
  'cluster.protocol',
  // The machine or a peer is at fault.
  'disk.full',
  'disk.denied',
  'supervisor.failed',
  'protocol.version',
  'protocol.invalid',
  'protocol.unauthorized',
  'cancelled',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

const known: ReadonlySet<unknown> = new Set(errorCodes);

export function isErrorCode(value: unknown): value is ErrorCode {
  return known.has(value);
}

/** What was asked of a cluster, in Kubernetes' names, for whoever looks after that cluster. Holds no secret. */
export interface ClusterRequest {
  /** Slipway's context. */
  readonly context: string;
  /** `https://host:6443`, without user info. */
  readonly server: string;
  /** The kubeconfig user's name, or who the API said we are. */
  readonly user: string;
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`. */
  readonly verb: string;
  /** `pipelineruns.tekton.dev "x" in ds-team`, or a path such as `/version`. */
  readonly object: string;
}

export interface SlipwayErrorOptions {
  /** What the person can do next, as a sentence or a command. */
  readonly action?: string;
  /** The request to a cluster that failed. Default: that of the cause. */
  readonly request?: ClusterRequest;
  /** The failure underneath, kept for logs; never shown alone. */
  readonly cause?: unknown;
}

const brand = Symbol.for('slipway.error');

/**
 * A failure with a name. `message` says what happened and why, in a sentence; `action` says what to do next.
 * Thrown across module boundaries only, and mapped once per rim: JSON-RPC error, terminal text, notification.
 */
export class SlipwayError extends Error {
  readonly code: ErrorCode;
  readonly action: string | undefined;
  readonly request: ClusterRequest | undefined;

  static {
    // A page may have this class from several bundles.
    Object.defineProperty(SlipwayError.prototype, brand, { value: true });
  }

  constructor(code: ErrorCode, message: string, options: SlipwayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SlipwayError';
    this.code = code;
    this.action = options.action;
    this.request = options.request ?? (SlipwayError.is(options.cause) ? options.cause.request : undefined);
  }

  /** True for a SlipwayError, and with `code` for one of that code only. */
  static is(value: unknown, code?: ErrorCode): value is SlipwayError {
    return value instanceof Error && brand in value && 'code' in value && (code === undefined || value.code === code);
  }
}

/** A request as a line that an administrator can do something with. */
export function requestWords({ context, server, user, verb, object }: ClusterRequest): string {
  return `${verb} ${object}, as ${user}, of the cluster ${context} (${server})`;
}

/** A request as it came over a wire; undefined for what is none. */
export function clusterRequestOf(value: unknown): ClusterRequest | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { context, server, user, verb, object } = value as Readonly<Record<string, unknown>>;
  const isText = (field: unknown): field is string => typeof field === 'string';
  return isText(context) && isText(server) && isText(user) && isText(verb) && isText(object)
    ? { context, server, user, verb, object }
    : undefined;
}
