import { exec, type ExecSession, type KubernetesApi } from '../../../kubernetes/index.ts';
import { paths } from '../../../pipeline/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import type { RemoteEnd, RemoteProcess, StartHelper } from './remoteProcess.ts';

/** Starts the helper's verbs by exec in a container that has the step scripts. */
export function helperByExec(api: KubernetesApi): StartHelper {
  return async ({ pod, container }, verb, signal) => {
    const command = ['python3', '-I', '-S', `${paths.steps}/slipway_steps`, verb];
    const request = { namespace: api.cluster.namespace, pod, container, command, stdin: 'open' as const };
    return overSession(await exec(api, request, signal));
  };
}

function overSession(session: ExecSession): RemoteProcess {
  const ended = session.exited.then(
    ({ exitCode }): RemoteEnd => ({ exitCode, words: session.stderr() }),
    (error: unknown): RemoteEnd => ({
      exitCode: undefined,
      words: SlipwayError.is(error) ? error.message : String(error),
    }),
  );
  return {
    output: untilEnd(session),
    send: (bytes) => session.write(bytes),
    ended,
    destroy: () => session.close(),
  };
}

/** How it ended is told by `ended`. */
async function* untilEnd(session: ExecSession): AsyncGenerator<Uint8Array> {
  try {
    yield* session.stdout;
  } catch (error) {
    if (!SlipwayError.is(error)) throw error;
  }
}
