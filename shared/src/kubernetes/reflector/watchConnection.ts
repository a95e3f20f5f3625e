import { SlipwayError } from '../../protocol/index.ts';
import type { ApiStream, Query } from '../api.ts';
import { LineSplitter } from '../bytes/lineSplitter.ts';
import { requestOf } from '../errors.ts';
import { classify } from '../failure.ts';
import type { Clock } from '../clock.ts';
import { within } from '../timing/within.ts';
import { acceptOf, broken, selectionQuery, type Source, watchAttempt } from './listing.ts';
import { createWatchDecoder, type Columns, type WatchEvent } from './watchEvent.ts';

/** An event line of up to 16 MiB is taken; objects in etcd are far smaller. */
const maxLineBytes = 16 * 1024 * 1024;
/**
 * Bookmarks come about once a minute and up to some seconds late. A limit of exactly a minute would reconnect each time just
 * before the bookmark, from a version that grows older each time.
 */
const silenceMs = 70_000;
/** A watch that has no headers by then counts as failed. */
const openMs = 8_000;
const probeMs = 4_000;
const watchSeconds = 290;

export type WatchStart = { readonly from: string } | 'initial';

/** Opens a watch, or a streaming list. @throws SlipwayError as KubernetesApi.stream does */
export function openWatch(
  source: Source,
  start: WatchStart,
  timeoutSeconds: number | undefined,
  clock: Clock,
  signal: AbortSignal,
  maxOpenMs = openMs,
): Promise<ApiStream> {
  const query: Query = {
    ...selectionQuery(source),
    watch: true,
    allowWatchBookmarks: true,
    timeoutSeconds: timeoutSeconds ?? watchSeconds,
    ...(start === 'initial'
      ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
      : { resourceVersion: start.from }),
  };
  return within(
    maxOpenMs,
    clock,
    signal,
    () => new NoAnswer(source, maxOpenMs),
    (both) => source.api.stream(source.path, query, { accept: acceptOf(source.as), silenceMs }, both),
  );
}

/**
 * Gives the events of a watch; ends when the server ends it. `heard` is called for each piece of data.
 * @throws SlipwayError cluster.protocol for what is no event, and as the stream does
 */
export async function* watchEvents(
  source: Source,
  stream: ApiStream,
  columns: Columns,
  heard: () => void,
): AsyncGenerator<WatchEvent> {
  const decoder = createWatchDecoder(source.as, columns);
  const splitter = new LineSplitter(maxLineBytes);
  try {
    for await (const chunk of stream) {
      heard();
      for (const { bytes, partial } of splitter.push(chunk)) {
        if (partial) throw broken(source, 'an event is longer than 16 MiB');
        if (bytes.length === 0) continue;
        const event = decoder.event(bytes);
        if (event.type === 'garbage') throw broken(source, event.reason);
        yield event;
      }
    }
  } finally {
    stream.destroy();
  }
}

export interface WatchProbe {
  /** Versions that the watch has given since the probe was sent. */
  readonly seen: ReadonlySet<string>;
  readonly source: Source;
  readonly from: string;
  readonly clock: Clock;
}

/**
 * Asks beside a silent watch whether there is anything that it should have told: a second watch of a second from the same
 * version. Gives why the watch is lost, or undefined. A refusal is an answer too: the network is there.
 */
export async function probeWatch(probe: WatchProbe, signal: AbortSignal): Promise<SlipwayError | undefined> {
  const { source, clock } = probe;
  const missed: string[] = [];
  try {
    await within(
      probeMs + 2_000,
      clock,
      signal,
      () => new NoAnswer(source, probeMs),
      async (both) => {
        const stream = await openWatch(source, { from: probe.from }, 1, clock, both, probeMs);
        for await (const event of watchEvents(source, stream, [], () => undefined)) {
          if ('object' in event) missed.push(event.object.resourceVersion);
        }
      },
    );
  } catch (error) {
    signal.throwIfAborted();
    if (classify(error) !== 'unreachable') return undefined;
    return error instanceof SlipwayError ? error : new NoAnswer(source, probeMs);
  }
  if (missed.every((version) => probe.seen.has(version))) return undefined;
  // What came at the end of the probe may be on its way in the watch, too.
  await clock.sleep(1_000, signal);
  if (missed.every((version) => probe.seen.has(version))) return undefined;
  return new SlipwayError(
    'cluster.unreachable',
    `The connection to ${source.api.cluster.server} hangs: changes did not come.`,
    {
      action: 'Check the network, a VPN or a proxy; Slipway goes on trying.',
      request: requestOf(watchAttempt(source)),
    },
  );
}

/** Nothing came for too long, though nothing was closed. */
export class NoAnswer extends SlipwayError {
  constructor(source: Source, ms: number) {
    const { context, server } = source.api.cluster;
    super('cluster.unreachable', `Cluster ${context} at ${server} does not answer within ${ms / 1_000} s.`, {
      action: 'Check the network, a VPN or a proxy; Slipway goes on trying.',
      request: requestOf(watchAttempt(source)),
    });
  }
}
