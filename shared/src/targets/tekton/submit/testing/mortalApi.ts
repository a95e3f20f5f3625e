import type { KubernetesApi } from '../../../../kubernetes/index.ts';
import { SlipwayError } from '../../../../protocol/index.ts';

export interface Death {
  /** Which call that changes something, from 1. */
  readonly write: number;
  /** `before`: it never reaches the cluster; `after`: its answer never reaches us. */
  readonly when: 'before' | 'after';
  /** Whether everything fails from then on, as after a kill, or that call alone. */
  readonly lasting: boolean;
  /** Told at that moment. */
  readonly onDeath?: () => void;
}

export interface MortalApi extends KubernetesApi {
  readonly writes: () => number;
  /** Now, whatever it is doing. */
  readonly kill: () => void;
}

/** The real cluster, for a core that dies in the middle of its calls. Dry runs change nothing and do not count. */
export function mortalApi(api: KubernetesApi, death: Death): MortalApi {
  let writes = 0;
  let dead = false;
  const failure = () => new SlipwayError('cluster.unreachable', `The core died at write ${death.write}.`);
  const check = () => {
    if (dead) throw failure();
  };
  const read = <Arguments extends readonly unknown[], Result>(call: (...args: Arguments) => Promise<Result>) => {
    return async (...args: Arguments): Promise<Result> => {
      check();
      return call(...args);
    };
  };
  const write = async <Result>(counts: boolean, call: () => Promise<Result>): Promise<Result> => {
    check();
    if (counts) writes += 1;
    if (!counts || writes !== death.write) return call();
    const die = () => {
      dead = death.lasting;
      death.onDeath?.();
      return failure();
    };
    if (death.when === 'before') throw die();
    await call();
    throw die();
  };
  return {
    cluster: api.cluster,
    writes: () => writes,
    kill: () => {
      dead = true;
    },
    get: (path, schema, signal) => read(() => api.get(path, schema, signal))(),
    list: (path, options, schema, signal) => read(() => api.list(path, options, schema, signal))(),
    text: (path, query, signal) => read(() => api.text(path, query, signal))(),
    stream: (path, query, options, signal) => read(() => api.stream(path, query, options, signal))(),
    connect: (path, query, protocols, signal) => read(() => api.connect(path, query, protocols, signal))(),
    upgrade: (path, query, headers, signal) => read(() => api.upgrade(path, query, headers, signal))(),
    create: (path, body, options, schema, signal) =>
      write(options.dryRun !== true, () => api.create(path, body, options, schema, signal)),
    replace: (path, body, options, schema, signal) =>
      write(options.dryRun !== true, () => api.replace(path, body, options, schema, signal)),
    patch: (path, body, options, schema, signal) =>
      write(options.dryRun !== true, () => api.patch(path, body, options, schema, signal)),
    delete: (path, options, signal) => write(true, () => api.delete(path, options, signal)),
    disconnect: () => undefined,
    dispose: () => undefined,
  };
}

/** The same cluster, for a test that replaces some of the methods. It does not end with this. */
export function sameApi(api: KubernetesApi): KubernetesApi {
  return {
    cluster: api.cluster,
    get: (path, schema, signal) => api.get(path, schema, signal),
    list: (path, options, schema, signal) => api.list(path, options, schema, signal),
    text: (path, query, signal) => api.text(path, query, signal),
    stream: (path, query, options, signal) => api.stream(path, query, options, signal),
    connect: (path, query, protocols, signal) => api.connect(path, query, protocols, signal),
    upgrade: (path, query, headers, signal) => api.upgrade(path, query, headers, signal),
    create: (path, body, options, schema, signal) => api.create(path, body, options, schema, signal),
    replace: (path, body, options, schema, signal) => api.replace(path, body, options, schema, signal),
    patch: (path, body, options, schema, signal) => api.patch(path, body, options, schema, signal),
    delete: (path, options, signal) => api.delete(path, options, signal),
    disconnect: () => undefined,
    dispose: () => undefined,
  };
}

/** The same cluster, whose clock is ahead by so many milliseconds. */
export function laterApi(api: KubernetesApi, ms: number): KubernetesApi {
  return {
    ...sameApi(api),
    text: async (path, query, signal) => {
      const { text, date } = await api.text(path, query, signal);
      return { text, date: date === undefined ? undefined : date + ms };
    },
  };
}
