import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OidcSettings, SignInPrompt, SignInStatus } from '../../protocol/index.ts';
import { createIdentity, type Identity, type IdentityOptions } from '../identity.ts';
import { TestBrowser } from './testBrowser.ts';

/** Identities over one folder, as several processes have them. */
export class TestIdentities {
  readonly folder: string;
  readonly lines: string[] = [];
  readonly #opened: Identity[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<TestIdentities> {
    return new TestIdentities(await mkdtemp(join(tmpdir(), 'slipway-identity-')));
  }

  get stateDir(): string {
    return join(this.folder, 'identity');
  }

  open(options: Partial<IdentityOptions> = {}): Identity {
    const identity = createIdentity({
      stateDir: this.stateDir,
      storage: 'file',
      env: {},
      homedir: this.folder,
      log: (line) => this.lines.push(line),
      ...options,
    });
    this.#opened.push(identity);
    return identity;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#opened.map((identity) => identity.dispose()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Signs in by the loopback with a browser that does as it is told. */
export function signIn(
  identity: Identity,
  settings: OidcSettings,
  browser: TestBrowser = new TestBrowser(),
  signal: AbortSignal = new AbortController().signal,
): Promise<SignInStatus> {
  return new Promise((resolve, reject) => {
    const onPrompt = (prompt: SignInPrompt) => {
      if (prompt.kind !== 'open') return;
      browser
        .signIn(prompt.url, prompt.redirectUri)
        .then((url) => fetch(url))
        .then((response) => response.text())
        .catch(reject);
    };
    identity.signIn(settings, { flow: 'browser', openedBy: 'the tests' }, onPrompt, signal).then(resolve, reject);
  });
}
