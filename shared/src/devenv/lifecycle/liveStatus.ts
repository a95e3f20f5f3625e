import * as z from 'zod';
import { runCommand, type KubernetesApi } from '../../kubernetes/index.ts';
import { devEnvContainer } from '../names/index.ts';

const amount = z.number().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** What the image says of itself in `/run/slipway/status.json`; anybody in the pod may have written it. */
export const liveStatusSchema = z.object({
  version: z.literal(1),
  idleSeconds: amount,
  stopAfterSeconds: amount,
  /** Epoch seconds; null while nobody was warned. */
  stopsAt: amount.nullable().catch(null),
  workspace: z.object({ usedBytes: amount, totalBytes: amount }).optional().catch(undefined),
  runningJobs: amount.optional().catch(undefined),
  connections: amount.optional().catch(undefined),
});
export type LiveStatus = z.output<typeof liveStatusSchema>;

/** Longer than this it is not what the image writes. */
const maxBytes = 16_384;
const patienceMs = 5_000;
const freshMs = 10_000;
const mostKept = 200;

/** How idle DevEnvs are and how full their disks, asked at most every ten seconds. Never fails: what cannot be asked is not known. */
export class LiveStatuses {
  readonly #now: () => number;
  /** By uid of the pod. */
  readonly #known = new Map<string, { readonly at: number; readonly status: Promise<LiveStatus | undefined> }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** What is known is out of date: somebody has changed it. */
  forget(): void {
    this.#known.clear();
  }

  read(api: KubernetesApi, pod: string, uid: string, signal: AbortSignal): Promise<LiveStatus | undefined> {
    const known = this.#known.get(uid);
    if (known !== undefined && this.#now() - known.at < freshMs) return known.status;
    const status = readStatus(api, pod, AbortSignal.timeout(patienceMs)).catch(() => undefined);
    this.#known.delete(uid);
    this.#known.set(uid, { at: this.#now(), status });
    for (const old of this.#known.keys()) {
      if (this.#known.size <= mostKept) break;
      this.#known.delete(old);
    }
    return unlessAborted(status, signal);
  }
}

/** What is known already is shared: who gives up waiting does not end it for the others. */
async function unlessAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    void result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

async function readStatus(api: KubernetesApi, pod: string, signal: AbortSignal): Promise<LiveStatus | undefined> {
  const request = {
    namespace: api.cluster.namespace,
    pod,
    container: devEnvContainer,
    command: ['cat', '/run/slipway/status.json'],
    maxStdoutBytes: maxBytes,
    maxStderrBytes: 1_024,
  };
  const { exitCode, stdout } = await runCommand(api, request, signal);
  return exitCode === 0 ? parseLiveStatus(Buffer.from(stdout).toString('utf8')) : undefined;
}

export function parseLiveStatus(text: string): LiveStatus | undefined {
  try {
    return liveStatusSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
