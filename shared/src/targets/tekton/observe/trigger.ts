import type { Trigger } from '../../../protocol/index.ts';
import type { Metadata } from './schemas/index.ts';
import { line } from './text.ts';

type Rule = (values: Values, metadata: Metadata) => Trigger | undefined;
type Values = Readonly<Record<string, string>>;

const byFieldManager: readonly (readonly [RegExp, string])[] = [
  [/^tkn\b/, 'tkn'],
  [/^kubectl\b/, 'kubectl'],
  [/^argocd\b/, 'argocd'],
  [/^jenkins\b/i, 'jenkins'],
  [/^helm\b/i, 'helm'],
];

/** Tried in this order: who is nearest to a person comes first. */
const rules: readonly Rule[] = [
  (values) => given(values['slipway.dev/trigger']),
  pipelinesAsCode,
  (values) => {
    const listener = values['triggers.tekton.dev/eventlistener'];
    if (listener === undefined) return undefined;
    const name = values['triggers.tekton.dev/trigger'];
    return given('webhook', name === undefined ? listener : `${listener}, ${name}`);
  },
  (values) => jenkins(values),
  (values) => {
    const sensor = values['events.argoproj.io/sensor'];
    return sensor === undefined ? undefined : given('webhook', `Argo Events ${sensor}`);
  },
  (values) => {
    const original = values['dashboard.tekton.dev/rerunOf'];
    return original === undefined ? undefined : given('dashboard', `again as ${original}`);
  },
  (values) => {
    const user = values['pipeline.openshift.io/started-by'];
    return user === undefined ? undefined : given('console', user);
  },
  (values) => {
    const application =
      values['argocd.argoproj.io/tracking-id']?.split(':', 1)[0] ?? values['argocd.argoproj.io/instance'];
    return application === undefined ? undefined : given('argocd', application);
  },
  (values) => (values['kubectl.kubernetes.io/last-applied-configuration'] === undefined ? undefined : given('kubectl')),
  (values) =>
    values['app.kubernetes.io/managed-by'] === 'Helm' ? given('helm', values['meta.helm.sh/release-name']) : undefined,
  (_values, metadata) => {
    const first = metadata.managedFields.find(({ subresource }) => subresource === undefined || subresource === '');
    const known = byFieldManager.find(([pattern]) => pattern.test(first?.manager ?? ''));
    return known === undefined ? undefined : given(known[1]);
  },
];

/** Who or what started a run, as labels, annotations and the first writer of its object tell; undefined when nothing does. */
export function triggerOf(metadata: Metadata): Trigger | undefined {
  const values: Values = { ...metadata.annotations, ...metadata.labels };
  for (const rule of rules) {
    const trigger = rule(values, metadata);
    if (trigger !== undefined) return trigger;
  }
  return undefined;
}

function given(source: string | undefined, detail?: string): Trigger | undefined {
  const name = line(source ?? '');
  if (name === '') return undefined;
  const words = line(detail ?? '');
  return words === '' ? { source: name } : { source: name, detail: words };
}

function pipelinesAsCode(values: Values): Trigger | undefined {
  const read = (name: string): string | undefined => values[`pipelinesascode.tekton.dev/${name}`];
  const repository = read('url-repository') ?? read('repository');
  if (repository === undefined) return undefined;
  const event = read('event-type');
  const branch = read('branch') ?? read('source-branch');
  const sender = read('sender');
  const words = [
    event?.replaceAll('_', ' '),
    branch === undefined ? undefined : `on ${branch}`,
    `of ${repository}`,
    sender === undefined ? undefined : `by ${sender}`,
  ];
  return given('pipelines-as-code', words.filter((word) => word !== undefined).join(' '));
}

/** The Tekton plugin of Jenkins, and Lighthouse of Jenkins X. */
function jenkins(values: Values): Trigger | undefined {
  const names = Object.keys(values);
  if (!names.some((name) => /^(?:[\w.-]+\.)?jenkins(?:-x)?(?:\.io|ci\.org)?\//i.test(name))) return undefined;
  const job = Object.entries(values).find(([name]) =>
    /jenkins[\w.-]*\/(?:job|job-name|build-url|buildUrl|context)$/i.test(name),
  );
  return given('jenkins', job?.[1]);
}
