import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultProxy } from '../cluster/faultProxy.ts';
import { between } from './outcome.ts';

/** Breaks something, for a while where that is its nature; all is well again when it resolves. */
export type BreakIt = (proxy: FaultProxy) => Promise<void>;

const anything = /./;
const exec = /\/exec\?/;
const watch = /watch=true/;

/** What happens to connections between a person and a cluster. */
export const faultKinds: Readonly<Record<string, BreakIt>> = {
  'cut everything': (proxy) => at(proxy, () => proxy.cut()),
  'cut the exec': (proxy) => at(proxy, () => proxy.cut(exec)),
  'cut the watches': (proxy) => at(proxy, () => proxy.cut(watch)),
  'freeze everything': (proxy) => during(proxy, 500, 4_000, () => proxy.freeze()),
  'freeze the exec': (proxy) => during(proxy, 500, 4_000, () => proxy.freeze(exec)),
  // So long that a person has to be told of it.
  'freeze everything for long': (proxy) => during(proxy, 12_000, 20_000, () => proxy.freeze()),
  'no way for long': async (proxy) => {
    await proxy.refuse();
    proxy.cut();
    await sleep(between(12_000, 20_000));
    await proxy.accept();
  },
  'slow line': (proxy) => during(proxy, 500, 4_000, () => proxy.delay(300)),
  'no new connections': async (proxy) => {
    await proxy.refuse();
    proxy.cut();
    await sleep(between(300, 3_000));
    await proxy.accept();
  },
  resets: (proxy) => answering(proxy, () => proxy.on(anything, { kind: 'reset' }, 5)),
  'cut in mid-answer': (proxy) => answering(proxy, () => proxy.on(anything, { kind: 'cutAfter', bytes: 700 }, 5)),
  'answers 500': (proxy) => answering(proxy, () => proxy.on(anything, { kind: 'answer', status: 500 }, 5)),
  'answers 429': (proxy) =>
    answering(proxy, () => proxy.on(anything, { kind: 'answer', status: 429, headers: { 'retry-after': '1' } }, 5)),
  'answers 401': (proxy) => answering(proxy, () => proxy.on(anything, { kind: 'answer', status: 401 }, 1)),
  'versions too old': (proxy) => answering(proxy, () => proxy.on(watch, { kind: 'answer', status: 410 }, 3)),
};

function at(proxy: FaultProxy, fault: () => unknown): Promise<void> {
  fault();
  return healed(proxy);
}

async function during(proxy: FaultProxy, least: number, most: number, fault: () => unknown): Promise<void> {
  fault();
  await sleep(between(least, most));
  await healed(proxy);
}

/** A rule counts for what is asked from now on, so everything has to be asked anew. */
async function answering(proxy: FaultProxy, rule: () => unknown): Promise<void> {
  rule();
  proxy.cut();
  await sleep(between(500, 3_000));
  await healed(proxy);
}

function healed(proxy: FaultProxy): Promise<void> {
  proxy.heal();
  return Promise.resolve();
}
