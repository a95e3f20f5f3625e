import * as z from 'zod';
import { checkSchema } from './check.ts';

/** A claim's name: `groups`, `preferred_username`, `https://example.com/groups`. */
const claimName = z.string().min(1).max(256);

/** How a person signs in: the identity provider and what Slipway is to it. Holds no secret. */
export const oidcSettingsSchema = z.strictObject({
  /** Byte for byte as the API server has it. */
  issuer: z.url({ protocol: /^https?$/ }),
  clientId: z.string().min(1).max(256),
  /** Default: openid, profile, email, groups. */
  scopes: z
    .array(
      z
        .string()
        .min(1)
        .max(256)
        .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/),
    )
    .optional(),
  /** Asked for with the sign-in, where the provider wants to know whom the token is for. */
  audience: z.string().min(1).max(512).optional(),
  /** The only certificate authorities to trust: PEM, or its base64. */
  certificateAuthorityData: z.string().min(1).optional(),
  /** A PEM file; relative to config.yaml. */
  certificateAuthority: z.string().min(1).optional(),
  proxyUrl: z.string().min(1).optional(),
  /** Which token the API server takes. Default `id_token`. */
  token: z.enum(['id_token', 'access_token']).optional(),
  /** As the API server has it. Default `groups`. */
  groupsClaim: claimName.optional(),
  /** As the API server has it. Default: the first there is of email, preferred_username and sub. */
  usernameClaim: claimName.optional(),
});
export type OidcSettings = z.infer<typeof oidcSettingsSchema>;

/** `notNeeded`: the context asks for no sign-in of ours. */
export const signInStatusSchema = z.object({
  state: z.enum(['notNeeded', 'signedOut', 'signedIn', 'expired']),
  user: z.string().optional(),
  email: z.string().optional(),
  groups: z.array(z.string()).optional(),
  issuer: z.string().optional(),
  /** Epoch ms. It is renewed before then without anybody's doing. */
  idTokenExpiresAt: z.number().optional(),
  /** Where the refresh token is kept. */
  storage: z.enum(['keyring', 'file', 'memory']).optional(),
  /** Why it is expired or signed out, or cannot be renewed at the moment, in words. */
  reason: z.string().optional(),
});
export type SignInStatus = z.infer<typeof signInStatusSchema>;

export const contextSummarySchema = z.object({
  name: z.string(),
  /** What commands and hosts use that name none. */
  current: z.boolean(),
  authentication: z.enum(['none', 'kubeconfig', 'oidc']),
  server: z.string().optional(),
  /** The file, where one is named. */
  kubeconfig: z.string().optional(),
  /** The space. */
  namespace: z.string().optional(),
  issuer: z.string().optional(),
  signIn: signInStatusSchema,
});
export type ContextSummary = z.infer<typeof contextSummarySchema>;

/** `callbackUrl`: nobody listens; the person pastes the URL that the browser was sent to. */
export const signInFlowSchema = z.enum(['browser', 'device', 'callbackUrl']);
export type SignInFlow = z.infer<typeof signInFlowSchema>;

/** What the person has to do now. `expiresAt`: epoch ms. */
export const signInPromptSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open'), url: z.string(), redirectUri: z.string(), expiresAt: z.number() }),
  z.object({
    kind: z.literal('code'),
    userCode: z.string(),
    verificationUri: z.string(),
    /** With the code in it. */
    verificationUriComplete: z.string().optional(),
    expiresAt: z.number(),
  }),
]);
export type SignInPrompt = z.infer<typeof signInPromptSchema>;

export const signOutOutcomeSchema = z.object({
  /** Until then (epoch ms) the API server takes the last id token, wherever a copy of it is. */
  idTokenExpiresAt: z.number().optional(),
  /** Whether the provider ended its own session too. */
  sessionEnded: z.boolean(),
  /** What was done and what could not be, in words. */
  note: z.string(),
});
export type SignOutOutcome = z.infer<typeof signOutOutcomeSchema>;

/** Who the identity provider and the cluster think that this person is. */
export const whoamiSchema = z.object({
  provider: z
    .object({
      issuer: z.string(),
      user: z.string(),
      email: z.string().optional(),
      groups: z.array(z.string()),
      /** Epoch ms. */
      tokenExpiresAt: z.number(),
    })
    .optional(),
  cluster: z.object({ user: z.string(), groups: z.array(z.string()) }).optional(),
  /** Why one of them is missing. */
  failure: z.object({ message: z.string(), action: z.string().optional() }).optional(),
  /** Where the cluster refused a token: what about it may be why. */
  checks: z.array(checkSchema),
});
export type Whoami = z.infer<typeof whoamiSchema>;

/** A namespace that this person may use, and what can be done there. */
export const spaceSchema = z.object({
  name: z.string(),
  current: z.boolean(),
  /** How many of the `asked` rights that a run takes are there. */
  allowed: z.int().nonnegative(),
  asked: z.int().nonnegative(),
  /** Those that are not: `create pipelineruns.tekton.dev`. */
  missing: z.array(z.string()),
  quota: z.array(z.object({ resource: z.string(), used: z.string(), hard: z.string() })),
  /** GPUs that are free, of all that there are, where nodes may be seen. */
  gpusFree: z.int().nonnegative().optional(),
  gpus: z.int().nonnegative().optional(),
});
export type Space = z.infer<typeof spaceSchema>;
