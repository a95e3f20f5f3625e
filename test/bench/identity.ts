import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createIdentity, type Identity } from '../../shared/src/identity/index.ts';
import { TestBrowser } from '../../shared/src/identity/testing/testBrowser.ts';
import { startProvider, type TestProvider } from '../../shared/src/identity/testing/testProvider.ts';
import { fixedCredential, type CredentialSource } from '../../shared/src/kubernetes/index.ts';
import { Machine } from '../integration/cli/slipway.ts';
import { median, type Comparison } from './statistics.ts';

const never = new AbortController().signal;
/** How many requests one figure is the mean of. */
const requests = 20_000;

/** What signing in, and being signed in, costs beside the provider's own time. */
export async function identity(pairs: number): Promise<Comparison[]> {
  const provider = await startProvider({ groups: ['team-a'] });
  const machine = await Machine.create();
  try {
    return [
      await perRequest(provider, machine, pairs),
      await signInOverhead(provider, machine, pairs),
      await coldWhoami(provider, machine, pairs),
    ];
  } finally {
    await machine.dispose();
    await provider.stop();
  }
}

function open(machine: Machine): Identity {
  const stateDir = join(machine.data, 'slipway/identity');
  return createIdentity({ stateDir, storage: 'file', env: {}, homedir: machine.folder });
}

/** Signs in, and tells how long the parts took that are not the provider's pages, milliseconds. */
async function signIn(identity: Identity, provider: TestProvider): Promise<{ readonly ours: number }> {
  const started = performance.now();
  let prompted = 0;
  let returned = 0;
  let browser: Promise<unknown> = Promise.resolve();
  await identity.signIn(
    provider.settings,
    { flow: 'browser', openedBy: 'the figures' },
    (prompt) => {
      if (prompt.kind !== 'open') return;
      prompted = performance.now();
      browser = new TestBrowser().signIn(prompt.url, prompt.redirectUri).then(async (url) => {
        returned = performance.now();
        await (await fetch(url)).text();
      });
    },
    never,
  );
  await browser;
  return { ours: prompted - started + (performance.now() - returned) };
}

async function perRequest(provider: TestProvider, machine: Machine, pairs: number): Promise<Comparison> {
  const identity = open(machine);
  await signIn(identity, provider);
  const sources = {
    ours: identity.credentials(provider.settings),
    reference: fixedCredential({ authorization: 'Bearer x' }),
  };
  const figures = { ours: [] as number[], reference: [] as number[] };
  for (let pair = -1; pair < pairs; pair += 1) {
    for (const name of ['ours', 'reference'] as const) {
      const figure = await meanMicroseconds(sources[name]);
      if (pair >= 0) figures[name].push(figure);
    }
  }
  await identity.dispose();
  return {
    name: 'Identity: cost for each request to the API server',
    unit: 'µs',
    ...figures,
    referenceName: 'a credential that never changes',
    goal: 'at most 0.1 ms',
    met: (ours) => ours <= 100,
  };
}

async function meanMicroseconds(source: CredentialSource): Promise<number> {
  const started = performance.now();
  for (let request = 0; request < requests; request += 1) await source.current(never);
  return ((performance.now() - started) * 1000) / requests;
}

async function signInOverhead(provider: TestProvider, machine: Machine, pairs: number): Promise<Comparison> {
  const ours: number[] = [];
  const reference: number[] = [];
  for (let pair = -1; pair < pairs; pair += 1) {
    const identity = open(machine);
    const figure = (await signIn(identity, provider)).ours;
    await identity.dispose();
    const started = performance.now();
    for (const path of ['.well-known/openid-configuration', 'jwks'])
      await (await fetch(`${provider.issuer}/${path}`)).text();
    if (pair < 0) continue;
    ours.push(figure);
    reference.push(performance.now() - started);
  }
  return {
    name: "Sign-in: all but the provider's own pages",
    unit: 'ms',
    ours,
    reference,
    referenceName: 'two plain requests to the provider',
    goal: 'at most 300 ms',
    met: (mine) => mine <= 300,
  };
}

/** A new process gets its token by the refresh token; the cluster, which is not part of this, refuses the connection. */
async function coldWhoami(provider: TestProvider, machine: Machine, pairs: number): Promise<Comparison> {
  const folder = join(machine.folder, 'config/slipway');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { issuer, clientId, scopes = [] } = provider.settings;
  const context = [
    'version: 1',
    'contexts:',
    '  - name: team-a',
    '    cluster: { server: "https://127.0.0.1:1" }',
    `    oidc: { issuer: "${issuer}", clientId: ${clientId}, scopes: [${scopes.join(', ')}] }`,
    '    profile: { image: "example/image:1" }',
  ];
  await writeFile(join(folder, 'config.yaml'), `${context.join('\n')}\n`, { mode: 0o600 });
  const seconds = async (args: readonly string[]) => {
    const started = performance.now();
    const ended = await machine.slipway(args);
    return { seconds: (performance.now() - started) / 1000, ended };
  };
  const ours: number[] = [];
  const reference: number[] = [];
  for (let pair = -1; pair < pairs; pair += 1) {
    const before = provider.count('POST /token');
    const mine = await seconds(['whoami', '--context', 'team-a']);
    if (provider.count('POST /token') !== before + 1 || !mine.ended.stdout.includes('alice@example.com')) {
      throw new Error(`whoami did not say who it is: ${mine.ended.stdout}${mine.ended.stderr}`);
    }
    const bare = await seconds(['--version']);
    if (pair < 0) continue;
    ours.push(mine.seconds);
    reference.push(bare.seconds);
  }
  return {
    name: 'slipway whoami in a new process, without the time of the cluster',
    unit: 's',
    ours,
    reference,
    referenceName: 'slipway --version',
    goal: 'at most 0.6 s',
    met: (mine) => mine <= 0.6,
    details: [`refreshes a token each time, in ${(median(ours) - median(reference)).toFixed(3)} s more`],
  };
}
