import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { Credential, CredentialSource } from '../credentials.ts';
import { SlipwayError } from '../../protocol/index.ts';
import { codeOf } from '../transport/faultOf.ts';
import { runProgram, type Spawn } from './runProgram.ts';
import type { ExecEntry } from './schema.ts';
import { SingleFlight } from './singleFlight.ts';
import { checkPair } from './pem.ts';
import { isHeaderSafe } from './tokenFile.ts';

/** What a plugin is started with. */
export interface ExecHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** The `spec.cluster` that a plugin gets which asks for it. */
  readonly clusterInfo: Readonly<Record<string, unknown>>;
  readonly spawn?: Spawn | undefined;
}

/** A plugin may open a browser and wait for its person; milliseconds. */
const timeLimitMs = 180_000;
/** A credential this close to its end is fetched anew; milliseconds. */
const marginMs = 10_000;

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

const execCredentialSchema = z.object({
  kind: z.literal('ExecCredential'),
  apiVersion: z.string(),
  status: z.object({
    expirationTimestamp: z.string().nullish(),
    token: z.string().nullish(),
    clientCertificateData: z.string().nullish(),
    clientKeyData: z.string().nullish(),
  }),
});

/** Credentials by an exec plugin: run once for all who ask at the same time, and again when they expire or are refused. */
export function execCredential(
  entry: ExecEntry,
  user: { readonly folder: string; readonly owner: string },
  host: ExecHost,
): CredentialSource {
  const apiVersion = checkedVersion(entry, user.owner);
  const flight = new SingleFlight<{ credential: Credential; expires: number }>();
  let cached: { credential: Credential; expires: number } | undefined;
  const fetch = async (signal: AbortSignal): Promise<Credential> => {
    const fresh = await flight.run(async (shared) => {
      cached = await runPlugin(entry, apiVersion, user, host, shared);
      return cached;
    }, signal);
    return fresh.credential;
  };
  return {
    current: async (signal) =>
      cached !== undefined && cached.expires - marginMs > host.clock.now() ? cached.credential : fetch(signal),
    renew: async (refused, signal) => {
      // Somebody else who was refused too may have fetched a fresh one already.
      if (cached?.credential === refused || sameCredential(cached?.credential, refused)) {
        cached = undefined;
        await fetch(signal);
      }
      return true;
    },
    dispose: () => flight.dispose(),
  };
}

function sameCredential(one: Credential | undefined, other: Credential): boolean {
  return one?.authorization === other.authorization && (one?.certificate ?? other.certificate) === other.certificate;
}

function checkedVersion(entry: ExecEntry, owner: string): string {
  if (entry.interactiveMode === 'Always') {
    throw failed(
      `The sign-in program ${entry.command} of the ${owner} wants a terminal.`,
      'Set interactiveMode to IfAvailable, or use another way to sign in.',
    );
  }
  if (entry.apiVersion === undefined || !versions.includes(entry.apiVersion)) {
    throw failed(
      `The sign-in program ${entry.command} of the ${owner} speaks a version that is not known.`,
      `Set apiVersion to ${versions[0] ?? ''}, and update the program.`,
    );
  }
  return entry.apiVersion;
}

async function runPlugin(
  entry: ExecEntry,
  apiVersion: string,
  { folder, owner }: { readonly folder: string; readonly owner: string },
  host: ExecHost,
  signal: AbortSignal,
): Promise<{ credential: Credential; expires: number }> {
  const info = {
    apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(entry.provideClusterInfo ? { cluster: host.clusterInfo } : {}) },
  };
  const env = {
    ...host.env,
    ...Object.fromEntries(entry.env.map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
  };
  const who = `The sign-in program ${entry.command} of the ${owner}`;
  const command = /[\\/]/.test(entry.command) ? resolve(folder, entry.command) : entry.command;
  const result = await runProgram(host.spawn ?? spawn, command, entry.args, { env, timeLimitMs }, signal).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      if (codeOf(error) !== 'ENOENT')
        throw failed(`${who} could not be started (${codeOf(error)}).`, 'Check the program.', error);
      throw failed(
        `${who} was not found.`,
        entry.installHint ?? 'Install it, or correct its path in the kubeconfig.',
        error,
      );
    },
  );
  if (result.outcome !== 'exited 0') {
    const said = result.lastErrorLine === '' ? '' : `: ${result.lastErrorLine}`;
    throw failed(
      `${who} ${result.outcome}${said}`.replace(/\.?$/, '.'),
      'Run it in a terminal to sign in, then try again.',
    );
  }
  return parseCredential(result.output, who, owner);
}

function parseCredential(output: string, who: string, owner: string): { credential: Credential; expires: number } {
  const status = statusOf(output);
  if (status === undefined) throw failed(`${who} printed something that is no ExecCredential.`, 'Check the program.');
  const { token, clientCertificateData: certificate, clientKeyData: key, expirationTimestamp } = status;
  if (typeof token === 'string' && token !== '' && !isHeaderSafe(token))
    throw failed(`${who} gave a token that is none.`, 'Check the program.');
  const hasPair = typeof certificate === 'string' && certificate !== '' && typeof key === 'string' && key !== '';
  if (hasPair) checkPair(certificate, key, owner);
  if (!hasPair && (token ?? '') === '')
    throw failed(`${who} gave neither a token nor a client certificate.`, 'Check the program.');
  const expires = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : Number.NaN;
  return {
    credential: {
      ...(typeof token === 'string' && token !== '' ? { authorization: `Bearer ${token}` } : {}),
      ...(hasPair ? { certificate, key } : {}),
    },
    // Without a time it holds until the cluster refuses it.
    expires: Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires,
  };
}

function statusOf(output: string) {
  try {
    return execCredentialSchema.safeParse(JSON.parse(output)).data?.status;
  } catch {
    return undefined;
  }
}

function failed(message: string, action: string, cause?: unknown): SlipwayError {
  return new SlipwayError('credentials.failed', message, { action, cause });
}
