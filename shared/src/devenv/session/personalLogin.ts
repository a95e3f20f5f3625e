import { SlipwayError } from '../../protocol/index.ts';
import { hostName } from '../names/index.ts';
import { openDevEnvSession, type DevEnvLogin } from './openDevEnv.ts';
import type { SshSession } from './sshSession.ts';

/**
 * Pins the DevEnv's host key on this machine and adds the key of this machine to those that may log in.
 * @returns whether its key was not among them
 */
export type Introduce = (signal: AbortSignal) => Promise<boolean>;

export interface PersonalLoginOptions extends Omit<DevEnvLogin, 'onWaiting'> {
  readonly introduce: Introduce;
  /** `openDevEnvSession` by default. */
  readonly open?: typeof openDevEnvSession;
}

export interface LoggedIn {
  readonly session: SshSession;
  /** How long the login took that came in, ms. */
  readonly tookMs: number;
}

/** So long it takes at most until a DevEnv knows a new key, ms. */
const newKeyMs = 20_000;
const lookMs = 500;

/**
 * Logging in for something that a person has asked for. Where the DevEnv does not know this machine, because it was never here or was
 * taken off the list since, it is introduced. Once it was in, it is not: what goes on by itself leaves a machine out that was
 * taken off meanwhile.
 */
export class PersonalLogin {
  readonly #options: PersonalLoginOptions;
  readonly #open: typeof openDevEnvSession;
  #stage: 'unknown' | 'introduced' | 'in' = 'unknown';
  /** Epoch ms until which a DevEnv may not yet know a key that was added. */
  #patientUntil = 0;

  constructor(options: PersonalLoginOptions) {
    this.#options = options;
    this.#open = options.open ?? openDevEnvSession;
  }

  /** @throws SlipwayError as `openDevEnvSession` does, and what keeps this machine from being introduced */
  async open(onWaiting: (text: string) => void, signal: AbortSignal): Promise<LoggedIn> {
    const { clock, keys, name, space } = this.#options;
    const isPinned = (await keys.pinnedHostKey(hostName(name, space.context))) !== undefined;
    if (!isPinned && this.#stage === 'unknown') await this.#introduce(signal);
    for (;;) {
      const startedAt = clock.now();
      try {
        const session = await this.#open({ ...this.#options, onWaiting }, signal);
        this.#stage = 'in';
        return { session, tookMs: Math.max(0, clock.now() - startedAt) };
      } catch (error) {
        if (!SlipwayError.is(error, 'ssh.refused')) throw error;
        if (this.#stage === 'unknown') await this.#introduce(signal);
        if (clock.now() >= this.#patientUntil) throw error;
        onWaiting(`${name} learns the key of this machine`);
        await clock.sleep(lookMs, signal);
      }
    }
  }

  async #introduce(signal: AbortSignal): Promise<void> {
    const isNew = await this.#options.introduce(signal);
    this.#stage = 'introduced';
    if (isNew) this.#patientUntil = this.#options.clock.now() + newKeyMs;
  }
}
