import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import type { CoreConnection } from '@slipway/shared/client';
import type { HostAction, PanelHost } from '@slipway/shared/panels';
import { SlipwayError, type RequestName, type RequestResult, type Run } from '@slipway/shared/protocol';
import type { SignInGate } from './account/signInGate.ts';
import { troubleIn, type HostWords } from './words/index.ts';

/** Requests that start a run and answer with it. */
const starting: ReadonlySet<RequestName> = new Set<RequestName>(['runs/submit', 'runs/rerun', 'runs/retry']);

/**
 * What the shared panels get from JupyterLab: the core, what only Lab can do, and Lab's own memory.
 * @param gate asks to sign in where a run that a panel starts needs that, and goes on then
 * @param words in which it says what it cannot do
 * @param onStarted hears of runs that panels start
 */
export function createPanelHost(
  core: Pick<CoreConnection, 'request' | 'onNotification' | 'onConnection'>,
  gate: Pick<SignInGate, 'run'>,
  perform: (action: HostAction) => Promise<void>,
  memory: Pick<IStateDB, 'fetch' | 'save'> | undefined,
  words: HostWords,
  onStarted: (run: Run) => void,
): PanelHost {
  return {
    locale: words.locale,
    request: async (name, params, signal) => {
      const ask = (): Promise<RequestResult<typeof name>> => core.request(name, params, signal);
      const context = 'context' in params ? params.context : undefined;
      const isGated = starting.has(name) && context !== undefined;
      const result = await inWords(words, isGated ? gate.run(context, ask) : ask());
      if (starting.has(name)) onStarted(result as Run);
      return result;
    },
    onNotification: (name, listener) => core.onNotification(name, listener),
    onConnection: (listener) => core.onConnection(listener),
    perform: (action) => inWords(words, perform(action)),
    recall: async (key) => memory?.fetch(`slipway:${key}`),
    remember: async (key, value) => {
      await memory?.save(`slipway:${key}`, jsonOf(value));
    },
  };
}

/** What fails says so in the words of the page. */
function inWords<Result>(words: HostWords, work: Promise<Result>): Promise<Result> {
  return work.catch((error: unknown) => {
    const { message, action } = troubleIn(error, words);
    const code = SlipwayError.is(error) ? error.code : 'internal';
    throw new SlipwayError(code, message, { ...(action !== undefined && { action }), cause: error });
  });
}

/** What of a value JSON can hold; the rest is left out. */
function jsonOf(value: unknown): ReadonlyPartialJSONValue {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object') return null;
  const kept = Object.entries(value).filter(([, field]) => field !== undefined && typeof field !== 'function');
  return Object.fromEntries(kept.map(([name, field]) => [name, jsonOf(field)]));
}
