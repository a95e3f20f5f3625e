/** PipelineRuns that no controller works on: what their status tells is written through the API. */

/** A namespace with this label is left alone by Tekton's webhooks. */
export const withoutWebhooks = 'webhooks.knative.dev/exclude=true';

/** One that Tekton leaves waiting. */
export function pendingRun(name: string): object {
  return {
    apiVersion: 'tekton.dev/v1',
    kind: 'PipelineRun',
    metadata: { name },
    spec: {
      status: 'PipelineRunPending',
      pipelineSpec: {
        tasks: [
          { name: 'work', taskSpec: { steps: [{ name: 'work', image: 'testbed.local/busybox:1', script: 'true' }] } },
        ],
      },
    },
  };
}

/** @param at epoch ms when it ended; it took a minute, unless `tookMs` says otherwise */
export function succeededStatus(at: number, tookMs = 60_000): object {
  return {
    startTime: seconds(at - tookMs),
    completionTime: seconds(at),
    conditions: [
      {
        type: 'Succeeded',
        status: 'True',
        reason: 'Succeeded',
        message: 'Tasks Completed: 1 (Failed: 0, Cancelled 0), Skipped: 0',
        lastTransitionTime: seconds(at),
      },
    ],
  };
}

/** As Kubernetes writes times. */
function seconds(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}
