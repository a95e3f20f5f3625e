import * as z from 'zod';
import { resources, type KubernetesApi, type SignIn } from '../../../kubernetes/index.ts';
import { settleRun, type ClusterSettings } from '../../../pipeline/index.ts';
import { SlipwayError, type Check, type TeamProfile } from '../../../protocol/index.ts';
import type { RunSubmission } from '../../runTarget.ts';
import type { RenderedRun, Submitter } from '../submit/index.ts';
import { checkIdentity, checkRights, checkServer, checkTekton } from './accessChecks.ts';
import { check, passed, unseen, type Finding } from './checker.ts';
import { podOfRun } from './podOfRun.ts';
import { takesOf } from './quotaChecks.ts';
import { checkClaims, checkNodes, checkPullSecrets, checkQuotas, checkServiceAccount } from './spaceChecks.ts';

const anyObject = z.object({ kind: z.string().optional() });

export interface PreflightOptions {
  readonly api: KubernetesApi;
  readonly profile: TeamProfile;
  readonly submitter: Submitter;
  /** Where the context's user signs in with us. */
  readonly signIn?: SignIn | undefined;
  /** Epoch ms. */
  readonly now: () => number;
}

/**
 * Everything that would keep a run from running, looked at side by side before anything is sent. Changes nothing.
 * @throws SlipwayError `signIn.required`: nothing can be looked at, and one sentence is enough to say so
 */
export async function preflight(
  { api, profile, submitter, signIn, now }: PreflightOptions,
  submission: RunSubmission,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  // What cannot be rendered cannot be looked at: it is the caller's to correct.
  const rendered = await submitter.render(submission, signal);
  const settings = settleRun(submission.runFile.spec, profile);
  const pod = podOfRun(rendered.pipelineRun);
  const signedOut: SlipwayError[] = [];
  const look = (name: string, work: () => Promise<Finding>): Promise<Check> =>
    check(name, now, () =>
      work().catch((error: unknown) => {
        if (SlipwayError.is(error, 'signIn.required')) signedOut.push(error);
        throw error;
      }),
    );
  const checks = await Promise.all([
    look('API server', () => checkServer(api, now, signal)),
    look('who you are', () => checkIdentity(api, signIn, now, signal)),
    look('may do', () => checkRights(api, signal)),
    look('Tekton', () => checkTekton(api, signal)),
    look('manifest', async () => {
      await submitter.dryRun(submission, signal);
      return passed('accepted by the API server and Tekton');
    }),
    look('pod', () => dryRunPod(api, pod, signal)),
    look('service account', () => checkServiceAccount(api, settings.serviceAccountName, signal)),
    look('pull secrets', () => checkPullSecrets(api, profile.imagePullSecrets ?? [], signal)),
    look('volume', () => checkClaims(api, profile, settings, incomingOf(rendered), signal)),
    look('quota', () => checkQuotas(api, takesOf(pod, claimsOf(rendered, settings)), signal)),
    look('nodes', () => checkNodes(api, settings, signal)),
  ]);
  if (signedOut[0] !== undefined) throw signedOut[0];
  return checks;
}

/** PodSecurity, LimitRange, quota and image policies speak up at the pod, which Tekton would make only later. */
async function dryRunPod(api: KubernetesApi, pod: ReturnType<typeof podOfRun>, signal: AbortSignal): Promise<Finding> {
  const path = { type: resources.pods, namespace: api.cluster.namespace };
  try {
    await api.create(path, pod, { dryRun: true }, anyObject, signal);
  } catch (error) {
    // Tekton makes the pod, whether or not its user may; what admission says has another code.
    if (SlipwayError.is(error, 'cluster.forbidden')) return unseen('what admission says of the pod', 'create pods');
    throw error;
  }
  return passed('accepted');
}

/** Bytes that are put on the run's volume; what a retried run had is there already. */
function incomingOf({ prepared, input }: RenderedRun): number {
  return input.reuseVolume === undefined ? prepared.facts.reduce((sum, { bytes }) => sum + bytes, 0) : 0;
}

function claimsOf({ claim }: RenderedRun, { volume }: ClusterSettings): readonly { readonly storage: string }[] {
  return claim === undefined || volume.kind !== 'perRun' ? [] : [{ storage: volume.size }];
}
