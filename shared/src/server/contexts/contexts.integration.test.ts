import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { TestBrowser } from '../../identity/testing/testBrowser.ts';
import { startProvider, type TestProvider } from '../../identity/testing/testProvider.ts';
import type { NotificationName, NotificationParams } from '../../protocol/index.ts';
import { type Core, createCore } from '../core.ts';
import type { ProtocolClient } from '../protocolClient.ts';
import { environmentIn } from '../testing/realCore.ts';
import { temporaryFolders } from '../testing/temporary.ts';
import { hello, never, wire } from '../testing/wires.ts';

const temporaryFolder = temporaryFolders();
const cores: Core[] = [];
const providers: TestProvider[] = [];

afterEach(async () => {
  await Promise.all(cores.splice(0).map((core) => core.dispose()));
  await Promise.all(providers.splice(0).map((provider) => provider.stop()));
});

type Told = { [Name in NotificationName]: { name: Name; params: NotificationParams<Name> } }[NotificationName];

/** A program that somebody works with: a core of its own over a shared home. */
class Program {
  readonly told: Told[] = [];
  readonly client: ProtocolClient;

  private constructor(client: ProtocolClient) {
    this.client = client;
    for (const name of ['contexts/changed', 'identity/changed', 'context/changed'] as const) {
      client.onNotification(name, (params) => this.told.push({ name, params } as Told));
    }
  }

  static async start(root: string): Promise<Program> {
    const core = createCore(await environmentIn(root, { env: { HOME: root, SLIPWAY_TOKEN_STORAGE: 'file' } }));
    cores.push(core);
    const { client } = wire(core);
    await hello(client);
    return new Program(client);
  }

  async hears(name: NotificationName, words: string): Promise<void> {
    const heard = (): boolean => this.told.some((each) => each.name === name && JSON.stringify(each).includes(words));
    await vi.waitFor(() => expect(heard(), JSON.stringify(this.told)).toBe(true), { timeout: 20_000, interval: 20 });
  }

  /** Signs in by the core's own listener, with a browser that does what its person wants. */
  async signIn(context: string, name = 'alice'): Promise<void> {
    let told: { dispose(): void } | undefined;
    const finished = new Promise<void>((resolve, reject) => {
      told = this.client.onNotification('identity/prompt', ({ prompt }) => {
        if (prompt.kind !== 'open') return;
        new TestBrowser(name)
          .signIn(prompt.url, prompt.redirectUri)
          .then((url) => fetch(url))
          .then(() => resolve(), reject);
      });
    });
    const status = this.client.request('identity/signIn', { context, id: 's1', flow: 'browser' }, never);
    await finished;
    told?.dispose();
    expect(await status).toMatchObject({ state: 'signedIn', storage: 'file' });
  }

  async states(): Promise<Record<string, string>> {
    const { contexts } = await this.client.request('contexts/list', {}, never);
    return Object.fromEntries(contexts.map(({ name, signIn }) => [name, signIn.state]));
  }
}

async function home(contexts: readonly object[], more: object = {}): Promise<string> {
  const root = await temporaryFolder();
  await writeConfig(root, { version: 1, contexts, ...more });
  return root;
}

async function writeConfig(root: string, content: object): Promise<void> {
  await mkdir(join(root, 'config'), { recursive: true, mode: 0o700 });
  await writeFile(join(root, 'config/config.yaml'), stringify(content), { mode: 0o600 });
}

async function lab(): Promise<{ provider: TestProvider; context: object }> {
  const provider = await startProvider();
  providers.push(provider);
  // Nothing listens there: these tests are about who asks, not about what is answered.
  const cluster = { server: 'https://127.0.0.1:9' };
  return { provider, context: { name: 'lab', cluster, oidc: provider.settings, profile: { image: 'runner:1' } } };
}

describe('signing in to a context', () => {
  it('lets its requests go out, for every program and every context of the same sign-in, until somebody signs out', async () => {
    const { context } = await lab();
    const root = await home([context, { ...context, name: 'lab-b', namespace: 'b' }]);
    const [one, other] = [await Program.start(root), await Program.start(root)];
    expect(await one.states()).toEqual({ local: 'notNeeded', lab: 'signedOut', 'lab-b': 'signedOut' });
    await expect(one.client.request('runs/list', { context: 'lab' }, never)).rejects.toMatchObject({
      code: 'signIn.required',
      action: 'Sign in with "slipway login --context lab".',
    });
    await one.signIn('lab');
    await other.hears('identity/changed', '"context":"lab-b","signIn":{"state":"signedIn"');
    expect(await other.states()).toEqual({ local: 'notNeeded', lab: 'signedIn', 'lab-b': 'signedIn' });
    const who = await other.client.request('identity/whoami', { context: 'lab-b' }, never);
    expect(who).toMatchObject({ provider: { user: expect.stringContaining('alice') }, checks: [] });
    expect(who.failure?.message).toContain('cannot be reached');
    const { note } = await other.client.request('identity/signOut', { context: 'lab' }, never);
    expect(note).not.toBe('');
    await one.hears('identity/changed', '"context":"lab-b","signIn":{"state":"signedOut"');
    await expect(one.client.request('runs/list', { context: 'lab-b' }, never)).rejects.toMatchObject({
      code: 'signIn.required',
    });
  });

  it('is told to those who watch: stale, with the reason, and on by itself after the sign-in', async () => {
    const { context } = await lab();
    const program = await Program.start(await home([context]));
    await program.client.request('runs/watch', { context: 'lab' }, never);
    await program.hears('context/changed', 'Nobody is signed in');
    const before = program.told.length;
    await program.signIn('lab');
    // The cluster is not there; that it is asked at once shows in another reason.
    await expect(program.client.request('runs/list', { context: 'lab' }, never)).rejects.toMatchObject({
      code: 'cluster.unreachable',
    });
    expect(program.told.slice(before).every(({ name }) => name !== 'contexts/changed')).toBe(true);
  });

  it('opens a context anew for another person, and not for the same one', async () => {
    const { context } = await lab();
    const program = await Program.start(await home([context]));
    const contextsChanged = (): number => program.told.filter(({ name }) => name === 'contexts/changed').length;
    for (const [name, times] of [
      ['alice', 0],
      ['alice', 0],
      ['bob', 1],
    ] as const) {
      await program.signIn('lab', name);
      const who = await program.client.request('identity/whoami', { context: 'lab' }, never);
      expect(who.provider?.user).toContain(name);
      expect(contextsChanged()).toBe(times);
      await program.client.request('identity/signOut', { context: 'lab' }, never);
    }
  });

  it('is not for this machine, nor for a kubeconfig', async () => {
    const program = await Program.start(await home([{ name: 'old', kubeconfig: '/k', profile: { image: 'a' } }]));
    for (const context of ['local', 'old']) {
      await expect(
        program.client.request('identity/signIn', { context, id: 'x', flow: 'device' }, never),
      ).rejects.toMatchObject({ code: 'target.unsupported' });
    }
    await expect(
      program.client.request('identity/complete', { url: 'http://x/?state=a&code=b' }, never),
    ).rejects.toThrow('No sign-in waits');
  });
});

describe('contexts in a running core', () => {
  const old = { name: 'old', kubeconfig: '/k', profile: { image: 'a' } };

  it('come, change and go with the file, whoever writes it, and watches of all go along', async () => {
    const root = await home([]);
    const [one, other] = [await Program.start(root), await Program.start(root)];
    await other.client.request('runs/watch', {}, never);
    const profile = { name: 'team-a', namespace: 'a', kubeconfig: '/k', profile: { image: 'a' } };
    const imported = await one.client.request('contexts/import', { text: stringify(profile) }, never);
    expect(imported.contexts).toEqual(['team-a']);
    await expect(one.client.request('contexts/import', { text: stringify(profile) }, never)).rejects.toMatchObject({
      code: 'context.exists',
    });
    await one.client.request('contexts/use', { context: 'team-a' }, never);
    await one.client.request('contexts/setSpace', { context: 'team-a', namespace: 'b' }, never);
    await other.hears('contexts/changed', '"current":"team-a"');
    await vi.waitFor(
      async () => {
        const { contexts } = await other.client.request('contexts/list', {}, never);
        expect(contexts[1]).toMatchObject({ name: 'team-a', current: true, namespace: 'b' });
      },
      { timeout: 20_000 },
    );
    await one.client.request('contexts/delete', { context: 'team-a' }, never);
    await other.hears('contexts/changed', '{"contexts":["local"],"current":"local"}');
    await expect(other.client.request('runs/list', { context: 'team-a' }, never)).rejects.toMatchObject({
      code: 'context.unknown',
    });
    expect(await readFile(join(root, 'config/config.yaml'), 'utf8')).toContain('version: 1');
  });

  it('stay while the file is wrong, which is told', async () => {
    const root = await home([old]);
    const program = await Program.start(root);
    await writeFile(join(root, 'config/config.yaml'), 'contexts: [', { mode: 0o600 });
    await program.hears('contexts/changed', '"contexts":["local","old"]');
    await vi.waitFor(
      async () => {
        const { contexts, problem } = await program.client.request('contexts/list', {}, never);
        expect(contexts.map(({ name }) => name)).toEqual(['local', 'old']);
        expect(problem?.message).toContain('line 1');
      },
      { timeout: 20_000 },
    );
    program.told.length = 0;
    await writeConfig(root, { contexts: [old] });
    await program.hears('contexts/changed', '"contexts":["local","old"]');
    await chmod(join(root, 'config/config.yaml'), 0o600);
    await vi.waitFor(
      async () => expect((await program.client.request('contexts/list', {}, never)).problem).toBeUndefined(),
      { timeout: 20_000 },
    );
  });
});
