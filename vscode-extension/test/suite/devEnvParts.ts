import { type CoreConnection, type Disposable, type DevEnvSource, DevEnvStore, Emitter } from '@slipway/shared/client';
import { type RequestName, SlipwayError } from '@slipway/shared/protocol';
import type { DevEnvParts } from '../../src/devenvs/devEnvActions.ts';
import { windowWords } from '../../src/words/index.ts';

type Answers = Readonly<Partial<Record<RequestName, (params: never) => unknown>>>;

export interface ScriptedParts {
  readonly parts: DevEnvParts;
  readonly store: DevEnvStore;
  /** What the core was asked, in order. */
  readonly asked: { readonly name: string; readonly params: unknown }[];
  /** What was told in the window's corner. */
  readonly said: string[];
  readonly connect: () => void;
  readonly dispose: () => void;
}

const silent: Disposable = { dispose: () => undefined };

/** The parts around a core that answers what a test tells it to. */
export function scriptedParts(answers: Answers, contexts: readonly string[] = ['local', 'team-a']): ScriptedParts {
  const asked: { readonly name: string; readonly params: unknown }[] = [];
  const said: string[] = [];
  const connection = new Emitter<boolean>();
  const request: CoreConnection['request'] = (name, params) => {
    asked.push({ name, params });
    const answer = answers[name];
    if (answer === undefined) return Promise.reject(new SlipwayError('internal', `Nobody answers ${name}.`));
    return Promise.resolve(answer(params as never)) as never;
  };
  const source: DevEnvSource = {
    contexts,
    request,
    onNotification: () => silent,
    onConnection: (listener) => connection.on(listener),
    hold: () => silent,
  };
  const store = new DevEnvStore(source, Date.now);
  const ending = new AbortController();
  const parts: DevEnvParts = {
    core: { request, onNotification: () => silent },
    store,
    notices: { info: (text) => said.push(text), failed: (error) => said.push(String(error)) },
    words: windowWords('en'),
    signal: ending.signal,
  };
  return {
    parts,
    store,
    asked,
    said,
    connect: () => {
      store.begin();
      connection.fire(true);
    },
    dispose: () => {
      ending.abort();
      store.dispose();
    },
  };
}
