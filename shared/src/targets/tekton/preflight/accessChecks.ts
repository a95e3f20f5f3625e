import * as z from 'zod';
import {
  apiFailureOf,
  isForbidden,
  resources,
  unlessMissing,
  type KubernetesApi,
  type SignIn,
} from '../../../kubernetes/index.ts';
import { missingRights } from '../rights/index.ts';
import { failed, passed, skipped, warned, type Finding } from './checker.ts';
import { checkFlags, tektonConfig } from './tektonConfig.ts';
import { verbsOf, verbWords, type RequiredVerb } from './requiredVerbs.ts';

/** More than this and tokens, and the order of what is shown, cannot be trusted. */
const largestSkewMs = 60_000;

/** The user that nobody is who brings nothing to be known by. Everybody else may ask who they are. */
const anonymous = 'system:anonymous';

/** The oldest release that is supported; v1 itself came with 0.43. */
const oldestTekton = '0.50';

const userSchema = z.object({
  status: z.object({
    userInfo: z.object({ username: z.string().default('nobody'), groups: z.array(z.string()).default([]) }),
  }),
});
/** A minor version may have a suffix, as in "34+". */
const versionSchema = z.object({ gitVersion: z.string(), minor: z.string().default('') });
const resourceListSchema = z.object({ resources: z.array(z.object({ name: z.string() })) });
const groupSchema = z.object({ versions: z.array(z.object({ version: z.string().regex(/^[a-z0-9]+$/) })) });

/** Whether the API answers, as what, and whether its clock goes with ours. */
export async function checkServer(api: KubernetesApi, now: () => number, signal: AbortSignal): Promise<Finding> {
  const started = now();
  const { text, date } = await api.text('/version', {}, signal);
  const tookMs = now() - started;
  const version = parsed(text, versionSchema)?.gitVersion.replace(/^v/, '');
  if (version === undefined) {
    return failed(`${api.cluster.server} answers, but not as a Kubernetes API`, 'Check the address in the kubeconfig.');
  }
  // The header has whole seconds.
  const skewMs = date === undefined ? 0 : date - (started + tookMs / 2);
  const clock = `clock ${skewMs < 0 ? '-' : '+'}${(Math.abs(skewMs) / 1000).toFixed(1)} s`;
  const words = `${api.cluster.server}, Kubernetes ${version}, ${Math.round(tookMs)} ms, ${clock}`;
  if (Math.abs(skewMs) <= largestSkewMs) return passed(words);
  return warned(words, 'Set the clock of this machine, or of the cluster: tokens and times are wrong otherwise.');
}

/** Who the cluster thinks we are. */
export async function checkIdentity(
  api: KubernetesApi,
  signIn: SignIn | undefined,
  now: () => number,
  signal: AbortSignal,
): Promise<Finding> {
  let me: Awaited<ReturnType<typeof whoAmI>> | undefined;
  try {
    me = await unlessMissing(() => whoAmI(api, signal));
  } catch (error) {
    if (!isForbidden(error)) throw error;
    if (apiFailureOf(error)?.message.includes(anonymous) === true) return unknownPerson(api.cluster.server);
  }
  // Kubernetes before 1.28 cannot be asked.
  if (me === undefined) return skipped('the cluster does not tell who you are');
  const { user, groups } = me;
  const named = groups.filter((group) => !group.startsWith('system:'));
  const who = `${user} (${named.length === 0 ? 'no groups' : `groups ${named.join(', ')}`})`;
  if (signIn === undefined) return passed(who);
  const expiresAt = await signIn.expiresAt();
  return passed(
    `${who}, by SSO${expiresAt === undefined ? '' : `, token good for ${durationWords(expiresAt - now())}`}`,
  );
}

function unknownPerson(server: string): Finding {
  return failed(
    `${server} does not know you: nobody has signed in`,
    'Have a certificate, a token or a login program in the kubeconfig, or sign in with slipway login.',
  );
}

/** `4m 10s` */
function durationWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
}

export async function whoAmI(api: KubernetesApi, signal: AbortSignal): Promise<{ user: string; groups: string[] }> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const { status } = await api.create({ type: resources.selfSubjectReviews }, body, {}, userSchema, signal);
  return { user: status.userInfo.username, groups: status.userInfo.groups };
}

/** Which of the rights that runs take, or others, are missing in the space. */
export async function checkRights(
  api: KubernetesApi,
  signal: AbortSignal,
  verbs?: readonly RequiredVerb[],
): Promise<Finding> {
  const needed = await verbsHere(api, signal, verbs);
  const missing = await missingRights(api, needed, signal);
  return judgeRights(missing, needed.length, api.cluster.namespace);
}

/** The rights that runs take on this cluster; of others, those that it asks for. */
export async function verbsHere(
  api: KubernetesApi,
  signal: AbortSignal,
  verbs?: readonly RequiredVerb[],
): Promise<readonly RequiredVerb[]> {
  const { text } = await api.text('/version', {}, signal);
  return verbsOf(minorOf(parsed(text, versionSchema)?.minor), verbs);
}

/** @param minor as the API server tells it, such as `34` or `34+` */
export function minorOf(minor: string | undefined): number | undefined {
  const digits = /^\d+/.exec(minor ?? '')?.[0];
  return digits === undefined ? undefined : Number(digits);
}

/** The words for missing rights. Pure. @param needed how many there have to be */
export function judgeRights(missing: readonly RequiredVerb[], needed: number, space: string): Finding {
  if (missing.length === 0) return passed(`${needed} of ${needed} rights in space ${space}`);
  const essential = missing.filter((verb) => verb.essential);
  const words = (essential.length > 0 ? essential : missing).map(
    (verb) => `you may not ${verbWords(verb)} in ${space} (without it ${verb.without})`,
  );
  const role = missing.some(({ sinceMinor }) => sinceMinor !== undefined) ? 'roles' : 'role';
  const fix = `Ask for the ${role} in docs/platform/role.yaml in the namespace ${space}.`;
  const detail = words.join('; ');
  return essential.length > 0 ? failed(detail, fix) : warned(detail, fix);
}

/** Whether Tekton is there in a version that we speak to. */
export async function checkTekton(api: KubernetesApi, signal: AbortSignal): Promise<Finding> {
  const types = await discovered(api, '/apis/tekton.dev/v1', resourceListSchema, signal);
  if (types?.resources.some(({ name }) => name === 'pipelineruns') !== true) {
    const group = await discovered(api, '/apis/tekton.dev', groupSchema, signal);
    return withoutTekton(api.cluster.server, group?.versions.map(({ version }) => version) ?? []);
  }
  const [version, settings] = await Promise.all([tektonVersion(api, signal), checkFlags(api, signal)]);
  return (
    settings ??
    passed(version === undefined ? 'tekton.dev/v1; its version cannot be seen' : `${version}, fields checked strictly`)
  );
}

/** The words for a cluster that does not serve tekton.dev/v1. Pure. @param served the versions that it has instead */
export function withoutTekton(server: string, served: readonly string[]): Finding {
  if (served.length === 0) {
    return failed(
      `${server} has no Tekton Pipelines with the API tekton.dev/v1`,
      `Ask the administrator of the cluster to install Tekton Pipelines ${oldestTekton} or newer.`,
    );
  }
  return failed(
    `${server} has an older Tekton Pipelines, with the API tekton.dev/${served.join(' and ')} and not yet v1`,
    `Ask the administrator of the cluster to upgrade Tekton Pipelines to ${oldestTekton} or newer.`,
  );
}

/** What the API server tells of an API; undefined where it does not have it. */
async function discovered<S extends z.ZodType>(
  api: KubernetesApi,
  path: string,
  schema: S,
  signal: AbortSignal,
): Promise<z.output<S> | undefined> {
  const answer = await unlessMissing(() => api.text(path, {}, signal));
  return answer === undefined ? undefined : parsed(answer.text, schema);
}

async function tektonVersion(api: KubernetesApi, signal: AbortSignal): Promise<string | undefined> {
  return (await tektonConfig(api, 'pipelines-info', signal))?.version;
}

function parsed<S extends z.ZodType>(text: string, schema: S): z.output<S> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
