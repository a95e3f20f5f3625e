import * as z from 'zod';
import { portForward, resources, unlessMissing, type Clock } from '../../kubernetes/index.ts';
import { formatBytes, SlipwayError, type DevEnvHop } from '../../protocol/index.ts';
import type { LoginKeys, SpaceAccess } from '../access.ts';
import { sshPort } from '../names/index.ts';
import { PersonalLogin, type Introduce } from '../session/personalLogin.ts';
import type { SshSession } from '../session/sshSession.ts';
import { download, roundTrip, upload } from './measure.ts';

export interface ConnectionTest {
  readonly space: Pick<SpaceAccess, 'api' | 'context'>;
  readonly keys: LoginKeys;
  readonly introduce: Introduce;
  /** The DevEnv's whole name. */
  readonly name: string;
  readonly clock: Clock;
  /** Told of each hop when it is done. */
  readonly onHop: (hop: DevEnvHop) => void;
}

/** What a hop came to, without its name; with its time where that is not all that passed. */
type Finding = Omit<DevEnvHop, 'name' | 'durationMs'> & Partial<Pick<DevEnvHop, 'durationMs'>>;

/** More than this is told as slow. */
const slow = { apiMs: 1_000, tunnelMs: 1_500, sshMs: 3_000, latencyMs: 250, bytesPerSecond: 1_000_000 } as const;
/** A hop that takes longer is broken. */
const hopMs = 30_000;

const podSchema = z.object({
  metadata: z.object({ deletionTimestamp: z.string().optional() }),
  spec: z.object({ nodeName: z.string().optional() }).optional(),
  status: z.object({ phase: z.string().optional() }).optional(),
});

/**
 * Measures each hop of the way to a DevEnv, one after the other: where one is broken, those behind it are not tried. Starts nothing, and
 * leaves nothing there but the key of this machine where that may not log in yet. Rejects only when the signal aborts.
 */
export async function testConnection(test: ConnectionTest, signal: AbortSignal): Promise<DevEnvHop[]> {
  const hops: DevEnvHop[] = [];
  const opened: { session?: SshSession } = {};
  let broken: string | undefined;
  try {
    for (const [name, look] of hopsOf(test, opened)) {
      const hop = await lookAt(name, broken, look, test.clock, signal);
      if (hop.outcome === 'fail') broken = name;
      hops.push(hop);
      test.onHop(hop);
    }
    return hops;
  } finally {
    opened.session?.close();
  }
}

type Look = (signal: AbortSignal) => Promise<Finding>;

async function lookAt(
  name: DevEnvHop['name'],
  broken: string | undefined,
  look: Look,
  clock: Clock,
  signal: AbortSignal,
): Promise<DevEnvHop> {
  if (broken !== undefined) {
    return { name, outcome: 'skipped', detail: `Not tried: ${broken} is before it.`, durationMs: 0 };
  }
  const startedAt = clock.now();
  const limit = AbortSignal.timeout(hopMs);
  let finding: Finding;
  try {
    finding = await unlessAborted(look, AbortSignal.any([signal, limit]));
  } catch (error) {
    signal.throwIfAborted();
    finding = brokenHop(error, limit.aborted);
  }
  return { name, durationMs: Math.max(0, clock.now() - startedAt), ...finding };
}

/** What does not heed the signal is not waited for. */
function unlessAborted(look: Look, signal: AbortSignal): Promise<Finding> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    void look(signal)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

function brokenHop(error: unknown, tookTooLong: boolean): Finding {
  if (tookTooLong) {
    return {
      outcome: 'fail',
      detail: `It took longer than ${hopMs / 1_000} s.`,
      fix: 'Check the network, VPN and proxy.',
    };
  }
  if (!SlipwayError.is(error)) return { outcome: 'fail', detail: String(error) };
  const { message, action } = error;
  return { outcome: 'fail', detail: message, ...(action !== undefined && { fix: action }) };
}

function hopsOf(test: ConnectionTest, opened: { session?: SshSession }): [DevEnvHop['name'], Look][] {
  const { space, name, clock } = test;
  const { api } = space;
  const { namespace } = api.cluster;
  const session = (): SshSession => {
    if (opened.session === undefined) throw new Error('the hop before has opened it');
    return opened.session;
  };
  return [
    [
      'api',
      async (signal) => {
        // The first opens the connection, which every command has to.
        const first = await timed(clock, () => api.text('/version', {}, signal));
        const again = await timed(clock, () => api.text('/version', {}, signal));
        const detail = `The API server answers in ${words(again)}, the first time in ${words(first)}.`;
        return judged(again <= slow.apiMs, detail, 'Check the network, VPN and proxy between here and the cluster.');
      },
    ],
    [
      'pod',
      async (signal) => {
        const path = { type: resources.pods, namespace, name };
        const pod = await unlessMissing(() => api.get(path, podSchema, signal));
        const runs = pod?.status?.phase === 'Running' && pod.metadata.deletionTimestamp === undefined;
        if (runs) return { outcome: 'pass', detail: `${name} runs on ${pod.spec?.nodeName ?? 'a node'}.` };
        return { outcome: 'fail', detail: `${name} does not run.`, fix: `Start it: slipway devenv start ${name}.` };
      },
    ],
    [
      'tunnel',
      async (signal) => {
        let banner = '';
        const took = await timed(clock, async () => {
          const stream = await portForward(api, { namespace, pod: name, port: sshPort }, signal);
          try {
            for await (const piece of stream as AsyncIterable<Uint8Array>) {
              banner += Buffer.from(piece).toString('latin1');
              if (banner.length >= 4) break;
            }
          } finally {
            stream.destroy();
          }
        });
        if (!banner.startsWith('SSH-')) {
          return {
            outcome: 'fail',
            detail: `What listens on port ${sshPort} of ${name} is no SSH server.`,
            fix: 'Look at its log, or restart it.',
          };
        }
        const detail = `The SSH server answers through the API server in ${words(took)}.`;
        return judged(took <= slow.tunnelMs, detail, 'The API server or the node is busy; try again later.');
      },
    ],
    [
      'ssh',
      async (signal) => {
        const { session, tookMs } = await new PersonalLogin(test).open(() => undefined, signal);
        opened.session = session;
        const detail = `Logged in with this machine's key in ${words(tookMs)}; the host key is the pinned one.`;
        const finding = judged(tookMs <= slow.sshMs, detail, 'The DevEnv is busy: look at what runs in it.');
        // A machine that was never here makes itself known before; that is not to be told as slow.
        return { ...finding, durationMs: tookMs };
      },
    ],
    [
      'latency',
      async (signal) => {
        const took = await roundTrip(session(), clock, signal);
        const detail = `A key that is typed comes back after ${words(took)}.`;
        return judged(took <= slow.latencyMs, detail, 'The network to the cluster is slow: check VPN and proxy.');
      },
    ],
    ['upload', (signal) => throughput(upload(session(), clock, signal), 'uploaded')],
    ['download', (signal) => throughput(download(session(), clock, signal), 'downloaded')],
  ];
}

async function throughput(measured: Promise<number>, what: 'uploaded' | 'downloaded'): Promise<Finding> {
  const bytesPerSecond = await measured;
  const detail = `${formatBytes(bytesPerSecond)} are ${what} in a second.`;
  const finding = judged(
    bytesPerSecond >= slow.bytesPerSecond,
    detail,
    'The network to the cluster is slow: check VPN and proxy.',
  );
  return { ...finding, bytesPerSecond };
}

function judged(isGood: boolean, detail: string, fix: string): Finding {
  return isGood ? { outcome: 'pass', detail } : { outcome: 'warn', detail, fix };
}

async function timed(clock: Clock, work: () => Promise<unknown>): Promise<number> {
  const startedAt = clock.now();
  await work();
  return Math.max(0, clock.now() - startedAt);
}

function words(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
