import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError } from '../../../../protocol/index.ts';
import type { RunPlace, StepPlace } from '../runPlace.ts';
import { RunSpool } from '../spool/runSpool.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { frame, ScriptedHelper, type Session } from '../testing/scriptedHelper.ts';
import { ExecHealth, notAllowed } from './execHealth.ts';
import { RunFollower, type FollowContainer } from './runFollower.ts';

const log = 'logs/notebook.log';
const { signal } = new AbortController();
let folder: string;
let spool: RunSpool;
let clock: ManualClock;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-follower-'));
  spool = await RunSpool.open(join(folder, 'run'), 'uid');
  clock = new ManualClock();
});
afterEach(async () => {
  await spool.close();
  await rm(folder, { recursive: true, maxRetries: 20, retryDelay: 100 });
});

function place(more: Partial<RunPlace> = {}, state: StepPlace['state'] = 'running'): RunPlace {
  return {
    uid: 'uid',
    own: true,
    final: false,
    live: { pod: 'r-pod', container: 'step-collect' },
    steps: new Map([['notebook', { pod: 'r-pod', container: 'step-notebook', state }]]),
    logSizes: undefined,
    ...more,
  };
}

interface Setting {
  readonly helper: ScriptedHelper;
  readonly follower: RunFollower;
  readonly notes: string[];
  readonly where: { at: RunPlace };
  /** What was to be seen each time when it told of news. */
  readonly news: { readonly connected: boolean }[];
}

const noContainer: FollowContainer = () => Promise.reject(new Error('nobody was to read a container'));

function follow(sessions: readonly Session[], at = place(), followContainer = noContainer): Setting {
  const helper = new ScriptedHelper(sessions);
  const notes: string[] = [];
  const health = new ExecHealth(clock);
  const where = { at };
  const news: { readonly connected: boolean }[] = [];
  const follower: RunFollower = new RunFollower({
    run: 'run',
    spool,
    locator: { locate: () => Promise.resolve(where.at) },
    startHelper: helper.start,
    followContainer,
    health,
    clock,
    random: () => 1,
    onNews: () => news.push({ connected: follower.connected }),
    onNote: (note) => notes.push(note),
  });
  return { helper, notes, follower, where, news };
}

const text = async () => Buffer.from((await (await spool.log('notebook')).read(0, 10_000)).bytes).toString();
const cut = { exitCode: undefined, words: 'cut' };
const well = { exitCode: 0, words: '' };
/** What the helper sends last once `collect` has ended. */
const lastFrame = frame('', 1, '');

describe('following a run', () => {
  it('reads on at exactly the place where the connection was cut', async () => {
    const whole = Buffer.from(Array.from({ length: 60 }, (_, line) => `line ${line}\n`).join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 5 }), async (pieces) => {
        await (await spool.log('notebook')).restart();
        const until = (length: number): Exclude<Session, { fails: unknown }> => ({
          sends: ({ offsets }) => {
            const start = offsets[log] ?? 0;
            const sent = frame(log, start, whole.subarray(start).toString());
            const head = sent.indexOf(10) + 1;
            // Cut anywhere in the frame.
            return start >= whole.length ? [] : [sent.subarray(0, head), sent.subarray(head, head + length)];
          },
          end: cut,
        });
        const rest: Session = { sends: (request) => [...until(Infinity).sends(request), lastFrame], end: well };
        const { follower, helper } = follow([...pieces.map(until), rest]);
        while (helper.starts <= pieces.length) await clock.advance(1_000);
        await clock.advance(1_000);
        expect(await text()).toBe(whole.toString());
        expect((await spool.log('notebook')).sealed).toBe(true);
        await follower.stop();
      }),
      { numRuns: 12 },
    );
  });

  it('keeps the index of the artifacts that comes at the end', async () => {
    const artifacts = [
      { path: 'output/a.html', bytes: 1, mediaType: 'text/html', sha256: 'ab'.repeat(32), role: 'report' },
    ];
    const index = JSON.stringify({ version: 1, artifacts });
    const { follower } = follow([
      {
        sends: () => [
          frame(log, 0, 'a\n'),
          frame('artifacts.json', 0, index.slice(0, 9)),
          frame('artifacts.json', 9, index.slice(9)),
        ],
        end: well,
      },
    ]);
    await clock.advance(500);
    expect(await spool.artifacts()).toEqual(artifacts);
    await follower.stop();
  });

  it('goes on where a helper is said to have ended well and has not said so itself', async () => {
    const { follower, helper } = follow([
      { sends: () => [], end: well },
      { sends: () => [frame(log, 0, 'a\n')], end: well },
      { sends: ({ offsets }) => [frame(log, offsets[log] ?? 0, 'b\n'), lastFrame], end: well },
    ]);
    while (helper.starts < 3) await clock.advance(1_000);
    await clock.advance(1_000);
    expect(await text()).toBe('a\nb\n');
    expect((await spool.log('notebook')).sealed).toBe(true);
    await follower.stop();
  });

  it('says while it is connected, and tells when it is no more', async () => {
    const { follower, news } = follow([{ sends: () => [frame(log, 0, 'a\n'), lastFrame], end: well }]);
    await clock.advance(500);
    expect(news.map(({ connected }) => connected)).toEqual(expect.arrayContaining([true, false]));
    expect(news.at(-1)?.connected).toBe(false);
    expect(follower.connected).toBe(false);
    await follower.stop();
  });

  it('leaves a connection on which nothing comes any more', async () => {
    const { follower, helper } = follow([
      { sends: () => [frame(log, 0, 'a\n')] },
      { sends: ({ offsets }) => [frame(log, offsets[log] ?? 0, 'b\n')] },
    ]);
    await clock.advance(29_000);
    expect([helper.starts, await text()]).toEqual([1, 'a\n']);
    await clock.advance(5_000);
    expect([helper.starts, await text()]).toEqual([2, 'a\nb\n']);
    await follower.stop();
    expect(clock.sleepers).toBe(0);
  });

  it('does so too where nobody can tell whether its container has ended', async () => {
    const { follower, helper, where } = follow([{ sends: () => [frame(log, 0, 'a\n')] }]);
    await clock.advance(1_000);
    Object.defineProperty(where, 'at', {
      get: () => {
        throw new SlipwayError('cluster.unreachable', 'The network is down.');
      },
    });
    await clock.advance(28_000);
    expect(helper.destroyed).toBe(0);
    await clock.advance(5_000);
    expect(helper.destroyed).toBe(1);
    await follower.stop();
    expect(clock.sleepers).toBe(0);
  });

  it('leaves the connection to a container that has ended, also where the node leaves it open', async () => {
    const stage = { pod: 'r-stage-pod', container: 'step-dataset' };
    const whole = place();
    const staging = place({ live: stage, steps: new Map([['dataset', { ...stage, state: 'running' }]]) });
    const { follower, helper, where } = follow(
      [{ sends: () => [frame('progress.jsonl', 0, '{}\n')] }, { sends: () => [frame(log, 0, 'a\n')] }],
      staging,
    );
    await clock.advance(8_000);
    expect(helper.starts).toBe(1);
    where.at = { ...whole, steps: new Map([['dataset', { ...stage, state: 'ended' }], ...whole.steps]) };
    follower.changed();
    await clock.advance(6_000);
    expect([helper.starts, await text()]).toEqual([2, 'a\n']);
    await follower.stop();
  });

  it('begins a log anew that is told from its beginning again', async () => {
    const { follower } = follow([
      { sends: () => [frame(log, 0, 'old one\n'), frame(log, 0, 'new\n'), frame(log, 4, 'more\n')] },
    ]);
    await clock.advance(500);
    expect(await text()).toBe('new\nmore\n');
    expect(follower.mode).toBe('exec');
    await follower.stop();
  });

  it('waits for a pod, and ends with the run', async () => {
    const setting = follow([{ sends: () => [] }], place({ live: undefined }, 'waiting'));
    await setting.follower.caughtUp(signal);
    await clock.advance(10_000);
    expect([setting.helper.starts, setting.follower.mode]).toEqual([0, 'waiting']);
    setting.where.at = place({ live: undefined, final: true }, 'gone');
    setting.follower.changed();
    await clock.advance(1);
    expect(setting.follower.mode).toBe('ended');
    expect(clock.sleepers).toBe(0);
    await setting.follower.stop();
  });

  it('says since when it is out of touch, and not any more when it is back', async () => {
    const lost = new SlipwayError('cluster.unreachable', 'The network is down.');
    const { follower } = follow([
      { sends: () => [frame(log, 0, 'a')], end: cut },
      { fails: lost },
      { fails: lost },
      { sends: () => [frame(log, 1, 'b')] },
    ]);
    await clock.advance(100);
    expect(follower.staleSince).toBeUndefined();
    await clock.advance(600);
    expect(follower.staleSince).toBeGreaterThan(1_000_000);
    await clock.advance(5_000);
    expect(follower.staleSince).toBeUndefined();
    expect(await text()).toBe('ab');
    await follower.stop();
  });

  it('takes a network that is down for a while for nothing worse', async () => {
    const lost = new SlipwayError('cluster.unreachable', 'The network is down.');
    const failing = Array.from({ length: 8 }, (): Session => ({ fails: lost }));
    const { follower, notes } = follow([...failing, { sends: () => [frame(log, 0, 'back\n')] }]);
    await clock.advance(40_000);
    expect([await text(), follower.mode, notes]).toEqual(['back\n', 'exec', []]);
    await follower.stop();
  });

  it('takes up again a log of the API that could not be read once', async () => {
    let tries = 0;
    const read: FollowContainer = async (_where, spooled, stop) => {
      tries += 1;
      if (tries === 1) throw new SlipwayError('cluster.unauthorized', 'no');
      await spooled.append(0, Buffer.from('by the API\n'), 5);
      await clock.sleep(1e9, stop);
    };
    const { follower, notes } = follow([{ fails: new SlipwayError('cluster.forbidden', 'no') }], place(), read);
    await clock.advance(10_000);
    expect([await text(), tries]).toEqual(['by the API\n', 2]);
    expect(notes).toContain('no');
    await follower.stop();
  });

  it('takes the API where exec is not allowed, says so once, and tries again later', async () => {
    const forbidden = new SlipwayError('cluster.forbidden', 'no');
    const read: FollowContainer = async (_where, spooled, stop) => {
      await spooled.append(0, Buffer.from('by the API\n'), 5);
      await clock.sleep(1e9, stop);
    };
    const whole: Session = { sends: () => [frame(log, 0, 'by the helper\n')] };
    const { follower, notes, helper } = follow([{ fails: forbidden }, whole], place(), read);
    await clock.advance(10_000);
    expect([await text(), follower.mode, notes]).toEqual(['by the API\n', 'api', [notAllowed]]);
    await clock.advance(300_000);
    // The bytes of the API may not be those of the volume.
    expect([await text(), follower.mode, helper.requests[0]?.offsets[log]]).toEqual(['by the helper\n', 'exec', 0]);
    await follower.stop();
  });

  it('keeps what the API gave until the helper has given something, also where it never does', async () => {
    const read: FollowContainer = async (_where, spooled, stop) => {
      await spooled.append(0, Buffer.from('by the API\n'), 5);
      await clock.sleep(1e9, stop);
    };
    const forbidden: Session = { fails: new SlipwayError('cluster.forbidden', 'no') };
    const gone: Session = { fails: new SlipwayError('cluster.notFound', 'The container has ended.') };
    const silent: Session = { sends: () => [], end: cut };
    const { follower, helper } = follow([forbidden, gone, silent, gone], place(), read);
    while (helper.starts < 4) await clock.advance(1_000);
    expect([await text(), (await spool.log('notebook')).sealed]).toEqual(['by the API\n', false]);
    await follower.stop();
  });

  it.each<[string, Session]>([
    ['sends garbage', { sends: () => [Buffer.from('Welcome to this image!\n')] }],
    ['leaves something out', { sends: () => [frame(log, 7, 'x')] }],
    ['has no Python', { sends: () => [], end: { exitCode: 127, words: 'python3: not found' } }],
    ['is cut before it says a word', { fails: new SlipwayError('cluster.refused', 'There is no program python3.') }],
  ])('gives up for a while on a helper that %s', async (_, session) => {
    const read: FollowContainer = async (_where, spooled, stop) => {
      await spooled.append(0, Buffer.from('by the API\n'), 5);
      await clock.sleep(1e9, stop);
    };
    const { follower, notes, helper } = follow([session], place(), read);
    await clock.advance(12_000);
    expect([await text(), follower.mode, notes.length, helper.starts]).toEqual(['by the API\n', 'api', 1, 4]);
    await follower.stop();
    expect(clock.sleepers).toBe(0);
  });

  it('keeps no reader waiting for what never comes', async () => {
    const { follower } = follow([{ sends: () => [] }]);
    let caughtUp = false;
    const waiting = follower.caughtUp(signal).then(() => (caughtUp = true));
    await clock.advance(1_000);
    expect(caughtUp).toBe(false);
    await clock.advance(1_000);
    expect(caughtUp).toBe(true);
    await waiting;
    await follower.stop();
  });

  it('has caught up when the helper says so, and not before while more may come', async () => {
    const caughtUp = async (chunks: readonly Uint8Array[]): Promise<boolean> => {
      const { follower } = follow([{ sends: () => chunks }]);
      let done = false;
      const waiting = follower.caughtUp(signal).then(() => (done = true));
      await clock.advance(500);
      const result = done;
      await clock.advance(2_000);
      await waiting;
      await follower.stop();
      return result;
    };
    expect(await caughtUp([frame(log, 0, 'a')])).toBe(false);
    expect(await caughtUp([frame(log, 1, 'b'), frame('', 0, '')])).toBe(true);
  });

  it('is over at once when it is stopped, also within a session', async () => {
    const { follower, helper } = follow([{ sends: () => [frame(log, 0, 'a')] }]);
    await clock.advance(100);
    await follower.stop();
    expect([helper.destroyed, clock.sleepers]).toEqual([1, 0]);
  });
});
