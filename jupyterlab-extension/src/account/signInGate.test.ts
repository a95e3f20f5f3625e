import { Emitter, type SignInState } from '@slipway/shared/client';
import { type ContextSummary, SlipwayError } from '@slipway/shared/protocol';
import { describe, expect, it } from 'vitest';
import { SignInGate } from './signInGate.ts';

const required = new SlipwayError('signIn.required', 'You are not signed in to team-a.');

function rig(answer: boolean) {
  const states = new Emitter<SignInState>();
  const changes = new Emitter<undefined>();
  let state: SignInState = { kind: 'waiting', context: 'team-a', flow: 'browser', prompt: undefined };
  let isIn = false;
  const asked: string[] = [];
  const summary = (): ContextSummary => ({
    name: 'team-a',
    current: false,
    authentication: 'oidc',
    signIn: { state: isIn ? 'signedIn' : 'signedOut' },
  });
  const gate = new SignInGate({
    signIn: {
      get state() {
        return state;
      },
      onChange: (listener) => states.on(listener),
    },
    contexts: { get: summary, onChange: (listener) => changes.on(listener) },
    ask: (context) => {
      asked.push(context);
      return Promise.resolve(answer);
    },
  });
  let tries = 0;
  const result = gate.run('team-a', () => {
    tries += 1;
    return isIn ? Promise.resolve('ran') : Promise.reject(required);
  });
  result.catch(() => undefined);
  return {
    gate,
    asked,
    result,
    tries: () => tries,
    set: (next: SignInState) => {
      state = next;
      states.fire(next);
    },
    signedIn: () => {
      isIn = true;
      changes.fire(undefined);
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const waiting = (flow: 'browser' | 'device', context = 'team-a'): SignInState => ({
  kind: 'waiting',
  context,
  flow,
  prompt: undefined,
});

describe('what needs a sign-in', () => {
  it('goes on once the person was asked, pressed and signed in', async () => {
    const { result, asked, signedIn, set } = rig(true);
    await settled();
    expect(asked).toEqual(['team-a']);
    signedIn();
    set({ kind: 'done', context: 'team-a', status: { state: 'signedIn' } });
    expect(await result).toBe('ran');
  });

  it('goes on by a code after the browser was given up for it, and after a failure', async () => {
    const { result, set, signedIn, tries } = rig(true);
    await settled();
    set({ kind: 'idle' });
    set(waiting('device'));
    await settled();
    set({ kind: 'failed', context: 'team-a', flow: 'device', error: required });
    await settled();
    set({ kind: 'idle' });
    set(waiting('browser'));
    await settled();
    expect(tries()).toBe(1);
    signedIn();
    expect(await result).toBe('ran');
  });

  it('fails as it did where the person does not want to', async () => {
    const { result, tries } = rig(false);
    await expect(result).rejects.toBe(required);
    expect(tries()).toBe(1);
  });

  it('fails as it did where they give the sign-in up, or sign in elsewhere instead', async () => {
    const first = rig(true);
    await settled();
    first.set({ kind: 'idle' });
    await expect(first.result).rejects.toBe(required);
    const second = rig(true);
    await settled();
    second.set(waiting('browser', 'team-b'));
    await expect(second.result).rejects.toBe(required);
  });

  it('lets every other failure through, and asks nobody', async () => {
    const { gate, asked } = rig(false);
    await settled();
    asked.length = 0;
    const failure = new SlipwayError('cluster.forbidden', 'You may not.');
    await expect(gate.run('team-b', () => Promise.reject(failure))).rejects.toBe(failure);
    expect(asked).toEqual([]);
  });
});
