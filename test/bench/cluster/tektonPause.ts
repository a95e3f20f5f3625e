import { kubectl, waitFor } from '../../cluster/cluster.mjs';

const controller = ['--namespace', 'tekton-pipelines', 'deployment/tekton-pipelines-controller'] as const;

/** Runs `work` while Tekton's controller rests, and starts it again whatever happens. All runs of the cluster wait meanwhile. */
export async function whileTektonRests<T>(work: () => Promise<T>): Promise<T> {
  // Ended by hand, it comes back too: the process stays until the controller is asked to.
  const stopped = () => {
    void start().finally(() => process.exit(130));
  };
  process.once('SIGINT', stopped);
  process.once('SIGTERM', stopped);
  try {
    await scale(0);
    await kubectl([
      'wait',
      '-n',
      'tekton-pipelines',
      'pod',
      '-l',
      'app=tekton-pipelines-controller',
      '--for=delete',
      '--timeout=60s',
    ]);
    return await work();
  } finally {
    await start();
    process.removeListener('SIGINT', stopped);
    process.removeListener('SIGTERM', stopped);
  }
}

/** Also when the API server is away for a moment. */
async function start(): Promise<void> {
  await waitFor('Tekton is back', 300, async () => {
    try {
      await scale(1);
      await kubectl(['rollout', 'status', ...controller, '--timeout=60s']);
      return true;
    } catch {
      return false; // Tried again; what goes wrong for ever ends the waiting.
    }
  });
}

async function scale(replicas: number): Promise<void> {
  await kubectl(['scale', ...controller, `--replicas=${replicas}`]);
}
