import * as z from 'zod';
import { runCommand, type KubernetesApi } from '../../kubernetes/index.ts';
import { SlipwayError } from '../../protocol/index.ts';
import { devEnvContainer } from '../names/index.ts';

/** Where JupyterLab listens in a pod, and what opens it. */
export interface JupyterServer {
  readonly port: number;
  readonly token: string;
}

const program = '/opt/slipway/devenv/jupyter';
const answerSchema = z.union([
  z.object({ port: z.int().min(1).max(65_535), token: z.string().regex(/^[\w-]{16,512}$/) }),
  z.object({ error: z.string() }),
]);
/** Exit codes of what cannot be started, as shells give them. */
const notThere: ReadonlySet<number> = new Set([126, 127]);

/**
 * JupyterLab of a DevEnv that runs; started where it does not run.
 * @throws SlipwayError `devenv.failed` where there is none, and what the cluster refuses
 */
export async function jupyterServer(api: KubernetesApi, name: string, signal: AbortSignal): Promise<JupyterServer> {
  const request = {
    namespace: api.cluster.namespace,
    pod: name,
    container: devEnvContainer,
    command: [program],
    maxStdoutBytes: 65_536,
  };
  const { exitCode, stdout, stderr } = await runCommand(api, request, signal);
  if (notThere.has(exitCode)) throw failed(name, 'its image has no program for it');
  const said = answerSchema.safeParse(parsed(Buffer.from(stdout).toString('utf8'))).data;
  if (said === undefined) throw failed(name, stderr.trim().slice(0, 300) || `exit code ${exitCode}`);
  if ('error' in said) throw failed(name, said.error.slice(0, 500));
  return said;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function failed(name: string, why: string): SlipwayError {
  return new SlipwayError('devenv.failed', `JupyterLab could not be opened in ${name}: ${why}`, {
    action: 'Choose an image that has JupyterLab and is made as docs/platform/devenv says.',
  });
}
