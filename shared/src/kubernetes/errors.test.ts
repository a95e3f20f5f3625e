import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlipwayError } from '../protocol/index.ts';
import type { ResourcePath } from './api.ts';
import { type Attempt, explainFailure, lackedRight, notUnderstood } from './errors.ts';
import { resources } from './resources.ts';
import { ApiFailure, TransportFailure } from './transport/failures.ts';
import { faultOf } from './transport/faultOf.ts';
import { parseStatus } from './transport/status.ts';

const { signal } = new AbortController();
const now = Date.UTC(2026, 10, 25, 12);
const cluster = { context: 'gpu', server: 'https://k8s:6443', user: 'alice', namespace: 'ds-team' };
const run: ResourcePath = { type: resources.pipelineRuns, namespace: 'ds-team', name: 'train-1' };
const pod: ResourcePath = { type: resources.pods, namespace: 'ds-team', name: 'p' };
const create = (path: ResourcePath): Attempt => ({ cluster, verb: 'create', path });
const get = (path: ResourcePath): Attempt => ({ cluster, verb: 'get', path });

function answer(status: number, message: string, reason = '', attempt = create(run)): SlipwayError {
  const body = parseStatus(JSON.stringify({ kind: 'Status', message, reason }));
  return explainFailure(new ApiFailure({ status, body, message }), attempt, signal, now);
}

describe('a refusal', () => {
  const mutation = 'admission webhook "webhook.pipeline.tekton.dev" denied the request: mutation failed: ';
  const validation =
    'admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: validation failed: ';
  const refused = 'The cluster gpu refused to create pipelineruns.tekton.dev "train-1" in ds-team: ';

  it.each([
    [
      400,
      `${mutation}cannot decode incoming new object: json: unknown field "resources"`,
      'unknown field "resources".',
    ],
    [
      400,
      `${validation}invalid value: 0s: spec.timeouts\nmissing field(s): x`,
      'invalid value: 0s: spec.timeouts; missing field(s): x.',
    ],
    [
      400,
      'PipelineRun in version "v1" cannot be handled as a PipelineRun: strict decoding error: unknown field "spec.podTemplate"',
      'unknown field "spec.podTemplate".',
    ],
    [
      422,
      'PipelineRun.tekton.dev "train-1" is invalid: metadata.name: Invalid value: "A": must be x',
      'metadata.name: Invalid value: "A": must be x.',
    ],
    [
      400,
      'admission webhook "policies.kyverno.svc" denied the request: no GPUs on Fridays',
      'the policy policies.kyverno.svc says: no GPUs on Fridays.',
    ],
    [
      403,
      `pods "p" is forbidden: ValidatingAdmissionPolicy 'owners' with binding 'owners-here' denied request: every pod has an owner`,
      'the policy owners says: every pod has an owner.',
    ],
    [400, 'admission webhook "x.y" denied the request without explanation', 'the policy x.y says: it gives no reason.'],
    [
      403,
      'pods "p" is forbidden: error looking up service account ds-team/x: serviceaccount "x" not found',
      'error looking up service account ds-team/x: serviceaccount "x" not found.',
    ],
    [
      403,
      'pods "p" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
      'violates PodSecurity "restricted:latest": runAsNonRoot != true.',
    ],
    [
      403,
      'configmaps "x" is forbidden: unable to create new content in namespace ds-team because it is being terminated',
      'the space is being deleted.',
    ],
    [
      422,
      'ConfigMap "x" is invalid: []: Too long: may not be more than 1048576 bytes',
      'Too long: may not be more than 1048576 bytes.',
    ],
    [500, 'etcdserver: request is too large', 'etcdserver: request is too large.'],
  ])('%i %j is put in words', (status, message, words) => {
    const error = answer(status, message);
    expect(error.code).toBe('cluster.refused');
    expect(error.message).toBe(refused + words);
    expect(error.action).toBeTruthy();
  });

  it.each([
    'pods "p" is forbidden: exceeded quota: gpus, requested: requests.nvidia.com/gpu=1, used: requests.nvidia.com/gpu=2, limited: requests.nvidia.com/gpu=2',
    'pods "p" is forbidden: failed quota: mem: must specify limits.memory for: prepare',
    'pods "p" is forbidden: [maximum cpu usage per Container is 1, but limit is 4]',
  ])('by quota or limits is told apart: %j', (message) => {
    const error = answer(403, message, 'Forbidden', create(pod));
    expect(error.code).toBe('cluster.quota');
    expect(error.message).toBe(
      `The cluster gpu refused to create pods "p" in ds-team: ${message.replace('pods "p" is forbidden: ', '')}.`,
    );
  });

  it.each([
    'pipelineruns.tekton.dev is forbidden: User "oidc:alice" cannot create resource "pipelineruns" in API group "tekton.dev" in the namespace "ds-team"',
    'pipelineruns.tekton.dev "x" is forbidden: User "oidc:alice" cannot create resource "pipelineruns" in API group "tekton.dev" in the namespace "ds-team": RBAC: role.rbac.authorization.k8s.io "x" not found',
  ])('for lack of rights names who, what and the rule: %j', (message) => {
    const error = answer(403, message, 'Forbidden');
    expect(error.code).toBe('cluster.forbidden');
    expect(error.message).toBe(
      'The user oidc:alice may not create pipelineruns.tekton.dev "train-1" in ds-team on the cluster gpu (https://k8s:6443).',
    );
    expect(error.action).toBe('Ask for the right: verb create on pipelineruns.tekton.dev in the namespace ds-team.');
  });

  it('of an upgrade without a reason is for lack of rights too', () => {
    const error = answer(403, 'pods "p" is forbidden: ', 'Forbidden', create({ ...pod, subresource: 'portforward' }));
    expect(error.message).toMatch(/^The user alice may not create pods\/portforward "p" in ds-team/);
    expect(error.action).toMatch(/verbs get and create on pods\/portforward/);
  });

  it('names the verb that the server looked at', () => {
    const message = 'pods "p" is forbidden: User "alice" cannot get resource "pods/exec" in API group ""';
    const error = answer(403, message, 'Forbidden', create({ ...pod, subresource: 'exec' }));
    expect(error.message).toMatch(/may not get pods\/exec "p"/);
    expect(error.action).toMatch(/verbs get and create on pods\/exec in/);
  });

  it('of nobody says to sign in', () => {
    const error = answer(403, 'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group ""');
    expect(error.action).toMatch(/^Sign in/);
  });
});

describe('what is not there', () => {
  it.each([
    ['pods "p" not found', get(pod), 'The cluster gpu has no Pod "p" in ds-team.'],
    [
      'pipelineruns.tekton.dev "train-1" not found',
      get(run),
      'The cluster gpu has no PipelineRun "train-1" in ds-team.',
    ],
    ['nodes "n" not found', get({ type: resources.nodes, name: 'n' }), 'The cluster gpu has no Node "n".'],
    ['serviceaccounts "s" not found', get(pod), 'The cluster gpu has no serviceaccounts "s" in ds-team.'],
    [
      'namespaces "ds-team" not found',
      create(run),
      'The cluster gpu has no space "ds-team", so it could not create pipelineruns.tekton.dev "train-1" in ds-team.',
    ],
    [
      'the server could not find the requested resource',
      get(run),
      'The cluster gpu does not know pipelineruns of tekton.dev/v1.',
    ],
    ['', get(pod), 'The cluster gpu has no object to get pods "p" in ds-team.'],
  ])('%j is put in words', (message, attempt, words) => {
    expect(answer(404, message, 'NotFound', attempt)).toMatchObject({ code: 'cluster.notFound', message: words });
  });

  it('an unknown API group is answered with a bare line; for the core API that is another server', () => {
    const bare = (attempt: Attempt) =>
      explainFailure(
        new ApiFailure({ status: 404, body: undefined, message: '404 page not found' }),
        attempt,
        signal,
        now,
      );
    expect(bare(get(run))).toMatchObject({ code: 'cluster.notFound', action: expect.stringContaining('Tekton') });
    expect(bare(get(pod)).code).toBe('cluster.protocol');
  });
});

describe('other answers', () => {
  it.each([
    [409, 'AlreadyExists', 'x already exists', 'cluster.conflict', /it exists already\.$/],
    [
      409,
      'Conflict',
      'Operation cannot be fulfilled on x: the object has been modified',
      'cluster.conflict',
      /has been modified\.$/,
    ],
    [410, 'Expired', 'too old resource version', 'cluster.gone', /no longer has the version/],
    [
      429,
      'TooManyRequests',
      'too many requests, please try again later',
      'cluster.busy',
      /now: too many requests.*\(429\)\.$/,
    ],
    [500, 'InternalError', 'Internal error occurred: boom', 'cluster.busy', /now: boom \(500\)\.$/],
    [503, '', '', 'cluster.busy', /it answered 503/],
    [504, 'Timeout', 'request did not complete within 60s', 'cluster.busy', /within 60s \(504\)/],
    [
      500,
      'InternalError',
      'Internal error occurred: failed calling webhook "webhook.pipeline.tekton.dev": Post "https://x": context deadline exceeded',
      'cluster.busy',
      /its admission webhook webhook\.pipeline\.tekton\.dev does not answer\.$/,
    ],
    [418, '', 'teapot', 'cluster.protocol', /status 418: "teapot"/],
  ])('%i %s is %s', (status, reason, message, code, words) => {
    const error = answer(status, message, reason);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });
});

describe('no answer', () => {
  const told = (code: string, message = code) =>
    explainFailure(faultOf(Object.assign(new Error(message), { code }), { reused: false }), get(pod), signal, now);

  it.each([
    ['ECONNREFUSED', 'cluster.unreachable', /nothing listens at https:\/\/k8s:6443/],
    ['ENOTFOUND', 'cluster.unreachable', /there is no host with the name/],
    ['EAI_AGAIN', 'cluster.unreachable', /could not be looked up/],
    ['EHOSTUNREACH', 'cluster.unreachable', /there is no way to .*EHOSTUNREACH/],
    ['ETIMEDOUT', 'cluster.unreachable', /did not answer/],
    ['ECONNRESET', 'cluster.unreachable', /was cut/],
    ['CERT_HAS_EXPIRED', 'cluster.untrusted', /has expired/],
    ['CERT_NOT_YET_VALID', 'cluster.untrusted', /not valid yet/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'cluster.untrusted', /signed by itself/],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'cluster.untrusted', /unknown authority/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'cluster.untrusted', /unknown authority/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'cluster.untrusted', /for another name/],
    ['CERT_REVOKED', 'cluster.untrusted', /revoked/],
    ['INVALID_PURPOSE', 'cluster.untrusted', /INVALID_PURPOSE/],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'cluster.unauthorized', /client certificate/],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'cluster.unauthorized', /client certificate/],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'cluster.unauthorized', /client certificate/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'cluster.protocol', /does not speak TLS/],
    ['ERR_SSL_NO_CIPHERS', 'cluster.protocol', /TLS failed/],
    ['HPE_INVALID_CONSTANT', 'cluster.protocol', /it is not HTTP/],
    ['HPE_HEADER_OVERFLOW', 'cluster.protocol', /too large/],
  ])('%s is put in words', (nodeCode, code, words) => {
    const error = told(nodeCode);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
    expect(error.action).toBeTruthy();
  });

  it('from any address of several is told by the first', () => {
    const each = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
    const error = explainFailure(faultOf(new AggregateError([each, each]), { reused: false }), get(pod), signal, now);
    expect(error.message).toMatch(/nothing listens/);
  });

  it('because of a cancel is a cancel', () => {
    expect(explainFailure(new Error('x'), get(pod), AbortSignal.abort(), now).code).toBe('cancelled');
    expect(explainFailure(new Error('x'), get(pod), signal, now).code).toBe('internal');
  });
});

describe('every failure names cluster, user, verb and object, and says what to do', () => {
  const request = (attempt: Attempt, verb: string, object: string) => ({
    context: attempt.cluster.context,
    server: attempt.cluster.server,
    user: 'alice',
    verb,
    object,
  });
  const attempts: [string, Attempt, string, string][] = [
    ['an object', create(run), 'create', 'pipelineruns.tekton.dev "train-1" in ds-team'],
    ['a subresource', get({ ...pod, subresource: 'log' }), 'get', 'pods/log "p" in ds-team'],
    ['a list of all namespaces', { cluster, verb: 'list', path: { type: resources.pods } }, 'list', 'pods'],
    ['no resource', { cluster, verb: 'get', url: '/version' }, 'get', '/version'],
  ];
  const statuses = [302, 400, 401, 403, 404, 409, 410, 413, 418, 422, 429, 500, 503];
  const faults = ['unreachable', 'timeout', 'untrusted', 'clientCertificate', 'proxy', 'cut', 'protocol'] as const;
  const failures: [string, Error][] = [
    ...statuses.flatMap((status): [string, Error][] => {
      const body = parseStatus(JSON.stringify({ kind: 'Status', message: 'no' }));
      return [
        [`answer ${status}`, new ApiFailure({ status, body, message: 'no' })],
        [`page with status ${status}`, new ApiFailure({ status, body: undefined, message: 'no' })],
      ];
    }),
    ...faults.map((fault): [string, Error] => [fault, new TransportFailure(fault, 'no')]),
    ['credential', new SlipwayError('credentials.failed', 'No token.', { action: 'Sign in.' })],
    ['bug', new Error('no')],
  ];

  it.each(failures)('%s', (_, failure) => {
    for (const [what, attempt, verb, object] of attempts) {
      const error = explainFailure(failure, attempt, signal, now);
      expect(error.request, what).toEqual(request(attempt, verb, object));
      expect(error.action, what).toMatch(/\.$/);
    }
  });

  it('an answer that is not understood, and a right that is known to be missing', () => {
    const object = 'pods "p" in ds-team';
    expect(notUnderstood('it is not JSON', get(pod)).request).toEqual(request(get(pod), 'get', object));
    expect(lackedRight(get(pod), 'alice').request).toEqual(request(get(pod), 'get', object));
  });

  it('but what names its own request keeps it, and a cancel has none, nor has who is not signed in', () => {
    const nobody = new SlipwayError('signIn.required', 'Nobody is signed in.', { action: 'Sign in.' });
    expect(explainFailure(nobody, get(pod), signal, now)).toBe(nobody);
    const own = explainFailure(new ApiFailure({ status: 500, body: undefined, message: '' }), get(pod), signal, now);
    expect(explainFailure(own, create(run), signal, now)).toBe(own);
    expect(explainFailure(new Error('x'), get(pod), AbortSignal.abort(), now).request).toBeUndefined();
  });
});

it('whatever a server says makes one sentence of one line', () => {
  const status = fc.constantFrom(302, 400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 503);
  const pieces = fc.constantFrom(
    'admission webhook "x" denied the request: ',
    'pods "p" is forbidden: ',
    'exceeded quota: ',
    ' not found',
    '\n',
    '\u001b[31m',
    '"',
    'json: ',
  );
  const said = fc
    .array(fc.oneof(pieces, fc.string({ unit: 'grapheme' })), { maxLength: 6 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(status, said, fc.boolean(), (code, message, understood) => {
      const body = understood ? parseStatus(JSON.stringify({ kind: 'Status', message })) : undefined;
      const error = explainFailure(new ApiFailure({ status: code, body, message }), create(run), signal, now);
      expect(error).toBeInstanceOf(SlipwayError);
      expect(error.code).toMatch(/^cluster\./);
      expect(error.message).not.toMatch(/\p{Cc}/u);
      expect(error.message).toMatch(/[.…]$/);
      expect(error.action).toMatch(/\.$/);
    }),
  );
});
