import * as z from 'zod';
import {
  contextSummarySchema,
  signInFlowSchema,
  signInPromptSchema,
  signInStatusSchema,
  signOutOutcomeSchema,
  spaceSchema,
  whoamiSchema,
} from './identity.ts';

const ofContext = z.object({ context: z.string() });
const nothing = z.object({});

/** Requests about contexts: where to run, and as whom. */
export const contextRequests = {
  /** All contexts, `local` first. */
  'contexts/list': {
    params: nothing,
    result: z.object({
      contexts: z.array(contextSummarySchema),
      /** What is wrong with config.yaml; then the contexts are those that were there before. */
      problem: z.object({ message: z.string(), action: z.string().optional() }).optional(),
      /** Absolute path of config.yaml on the core's machine, where it is there. */
      file: z.string().optional(),
    }),
  },
  /** Makes a context the current one, for all programs of this person. */
  'contexts/use': { params: ofContext, result: nothing },
  /**
   * Takes in a team profile, a whole config.yaml or a kubeconfig; every context in it is checked before one is written.
   * A kubeconfig needs `image`. `name` is for a text with one context.
   */
  'contexts/import': {
    params: z.object({
      text: z.string().max(4 * 1024 * 1024),
      name: z.string().optional(),
      image: z.string().optional(),
      /** Without it, a context that is there already is an error: `context.exists`. */
      replace: z.boolean().optional(),
    }),
    result: z.object({ contexts: z.array(z.string()), notes: z.array(z.string()) }),
  },
  /** Forgets a context. Its runs stay on the cluster, and so does the sign-in. */
  'contexts/delete': { params: ofContext, result: nothing },
  'contexts/setSpace': { params: z.object({ context: z.string(), namespace: z.string() }), result: nothing },
  /** Names of the Secrets of a space, for `secrets`, `dataset.secret` and `repository.secret` of a job. Cluster contexts only. */
  'contexts/secrets': { params: ofContext, result: z.object({ secrets: z.array(z.string()) }) },
} as const;

/** Requests about who this person is. */
export const identityRequests = {
  /**
   * Signs in; answered when that is done. What the person has to do meanwhile comes as `identity/prompt` with this `id`.
   * Cancelling the request gives it up.
   */
  'identity/signIn': {
    params: z.object({
      context: z.string(),
      /** Made by the client. */
      id: z.string().min(1).max(128),
      flow: signInFlowSchema,
      /** For `browser`: the host receives the callback there and hands it to `identity/complete`. Without: the core listens. */
      redirectUri: z.url().optional(),
    }),
    result: signInStatusSchema,
  },
  /** A callback URL that a host received or a person pasted. It finds its sign-in by its `state`. */
  'identity/complete': { params: z.object({ url: z.string().max(16_384) }), result: nothing },
  'identity/signOut': { params: ofContext, result: signOutOutcomeSchema },
  'identity/whoami': { params: ofContext, result: whoamiSchema },
  /** The namespaces that this person may use, each with what can be done there. */
  'identity/spaces': {
    params: ofContext,
    result: z.object({ spaces: z.array(spaceSchema), notes: z.array(z.string()) }),
  },
} as const;

export const identityNotifications = {
  /** To the session that asked to sign in. */
  'identity/prompt': z.object({ id: z.string(), prompt: signInPromptSchema }),
  /** To every session: somebody signed in or out, here or in another program of this person. */
  'identity/changed': z.object({ context: z.string(), signIn: signInStatusSchema }),
  /** To every session: contexts came, went or changed (list their runs anew), or another one is the current one. */
  'contexts/changed': z.object({ contexts: z.array(z.string()), current: z.string() }),
} as const;
