import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  followContainerLog,
  readContainerLog,
  resources,
  runCommand,
  systemClock,
  watchContainer,
  type ContainerLogLine,
  type FollowLogOptions,
} from '../../../shared/src/kubernetes/index.ts';
import type { SlipwayError } from '../../../shared/src/protocol/index.ts';
import { sized } from '../../sizes.ts';
import { eventually, TestSpace } from './testSpace.ts';

let space: TestSpace;
beforeAll(async () => {
  space = await TestSpace.open('logs');
});
afterAll(() => space.dispose());
afterEach(() => space.proxy.heal());

const logOf = (pod: string) => new RegExp(`/pods/${pod}/log\\?.*follow=true`);
const reference = (pod: string) => ({ namespace: space.namespace, pod, container: 'main' });
const text = ({ bytes }: ContainerLogLine) => Buffer.from(bytes).toString();

interface Followed {
  readonly lines: ContainerLogLine[];
  readonly troubles: SlipwayError[];
  readonly end: Promise<void>;
}

function follow(pod: string, more: FollowLogOptions = {}): Followed {
  const lines: ContainerLogLine[] = [];
  const troubles: SlipwayError[] = [];
  const read = async () => {
    const options = { ...more, onTrouble: (error: SlipwayError) => troubles.push(error) };
    for await (const line of followContainerLog(space.proxied, reference(pod), options, space.signal)) lines.push(line);
  };
  const end = read();
  end.catch(() => undefined);
  return { lines, troubles, end };
}

const mebibyte = 1_048_576;
const numbers = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`);

describe.concurrent('a log that is followed', () => {
  it('begins before the container does, and ends with it', async () => {
    await space.startPod('short', 'echo one; echo; printf "two\\r\\n"; printf three', { wait: false });
    const { lines, end } = follow('short');
    await end;
    // The container runtime drops a carriage return before a line end.
    expect(lines.map(text)).toEqual(['one', '', 'two', 'three']);
    expect(lines.every(({ time, timestamp }) => Math.abs(time - Date.parse(timestamp)) <= 1)).toBe(true);
  });

  it('has lines of up to 1 MiB whole, and longer ones in marked parts', async () => {
    const print = (bytes: number) => `head -c ${bytes} /dev/zero | tr "\\0" x; echo`;
    await space.startPod('long', `${print(mebibyte)}; ${print(2_500_000)}; echo short`);
    const { lines, end } = follow('long');
    await end;
    expect(lines.map(({ bytes, partial }) => [bytes.length, partial === true])).toEqual([
      [mebibyte, false],
      [expect.any(Number), true],
      [expect.any(Number), true],
      [expect.any(Number), false],
      [5, false],
    ]);
    expect(lines.slice(1, 4).reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(2_500_000);
  });

  it('says nothing while the container says nothing, and goes on when it speaks', async () => {
    // Longer than a body may pause, then longer than a follow may give nothing before it is opened anew.
    await space.startPod('silent', 'sleep 32; echo one; sleep 62; echo two');
    const { lines, troubles, end } = follow('silent');
    await end;
    expect(lines.map(text)).toEqual(['one', 'two']);
    expect(troubles).toEqual([]);
  });

  it('says nothing for an hour of silence, however often it is opened anew in it', async () => {
    // By the clock of the follower, which goes sixty times as fast: a minute's limit is reached each second.
    const fast = {
      now: () => systemClock.now() * 60,
      sleep: (ms: number, signal: AbortSignal) => systemClock.sleep(ms / 60, signal),
    };
    await space.startPod('hour', 'echo one; sleep 60; echo two');
    const real = { clock: systemClock, random: Math.random };
    const watch = await watchContainer(space.proxied, reference('hour'), real, space.signal);
    const { lines, troubles, end } = follow('hour', { clock: fast, watch });
    await end;
    watch.dispose();
    expect(lines.map(text)).toEqual(['one', 'two']);
    expect(troubles).toEqual([]);
    const opened = space.proxy.requests.filter(({ method, url }) => logOf('hour').test(`${method} ${url}`));
    // Sixty times where opening takes no time; on a machine that is busy it takes a second and more.
    expect(opened.length).toBeGreaterThan(10);
  });

  it('ends with what is known when the pod is deleted', async () => {
    await space.startPod('deleted', 'for i in $(seq 1 10); do echo "line $i"; done; sleep 1000');
    const { lines, end } = follow('deleted');
    await eventually(() => lines.length === 10);
    await space.api.delete({ type: resources.pods, namespace: space.namespace, name: 'deleted' }, {}, space.signal);
    await end;
    expect(lines.map(text)).toEqual(numbers(10));
  });

  it('says what is missing', async () => {
    const nobody = follow('nobody');
    await nobody.end;
    expect(nobody.lines).toEqual([]);
    await space.startPod('named', 'sleep 100');
    const other = followContainerLog(space.proxied, { ...reference('named'), container: 'other' }, {}, space.signal);
    await expect(other.next()).rejects.toMatchObject({ code: 'cluster.notFound' });
  });
});

async function logLines(pod: string): Promise<string[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await readContainerLog(space.api, reference(pod), {}, space.signal)) chunks.push(chunk);
  return Buffer.concat(chunks).toString().split('\n');
}

/** The numbers of lines that are whole, where numbers are missing between them, and the ends of lines that stand for one. */
function wholeLines(lines: readonly ContainerLogLine[], length: number) {
  const seen: number[] = [];
  const gaps: { missing: number; marked: boolean }[] = [];
  const ends: string[] = [];
  let marked = false;
  for (const line of lines) {
    marked ||= line.mayMissBefore === true;
    const said = text(line);
    if (said.length !== length) {
      // Where lines may be missing, one may be missing in part.
      if (!marked) ends.push(said);
      continue;
    }
    const number = Number(said.slice(0, 6));
    const missing = number - (seen.at(-1) ?? 0) - 1;
    // A line that was given before is no smaller a fault.
    if (missing !== 0) gaps.push({ missing: missing > 0 ? missing : Infinity, marked });
    marked = false;
    seen.push(number);
  }
  return { seen, gaps, ends };
}

const containers = sized(4, 2);
describe.concurrent(`logs of 80,000 lines in ${containers} containers at once`, () => {
  it('are whole though the kubelet rotates them, or say where lines may be missing', async () => {
    const filler = 'x'.repeat(200);
    // Slow enough for the kubelet to notice in between: it looks at the sizes every 10 s. Most of the time each stands in the middle of a line,
    // which a rotation then tears in two.
    const thousand = `seq -f "%06.0f ${filler}" $((b * 1000 + 1)) $((b * 1000 + 999)); printf "%06d " $((b * 1000 + 1000))`;
    const script = `for b in $(seq 0 79); do ${thousand}; sleep 0.4; echo ${filler}; done`;
    const pods = Array.from({ length: containers }, (_, index) => `rotated-${index + 1}`);
    await Promise.all(pods.map((pod) => space.startPod(pod, script, { wait: false })));
    const follows = pods.map((pod) => follow(pod));
    await Promise.all(follows.map(({ end }) => end));
    for (const pod of pods) {
      // The API itself no longer has the first lines, and of the first that it has maybe only the end.
      const [, second] = await logLines(pod);
      expect(Number(second?.slice(0, 6))).toBeGreaterThan(2);
    }
    for (const { lines } of follows) {
      const { seen, gaps, ends } = wholeLines(lines, 7 + filler.length);
      // There is one rotation: 10 MiB of 20. Of the line that it tears, the kubelet may leave the beginning behind in the old file.
      expect(gaps.length).toBeLessThanOrEqual(1);
      expect(lines.filter(({ mayMissBefore }) => mayMissBefore).length).toBeLessThanOrEqual(1);
      expect([[], [filler]]).toContainEqual(ends);
      for (const gap of gaps) {
        // Where the rotation ends the follow, too, what the container writes until it is opened anew: two thousands take a second.
        if (gap.marked) expect(gap.missing).toBeLessThanOrEqual(2_000);
        else expect([gap.missing, ends]).toEqual([1, [filler]]);
      }
      expect(seen.at(-1)).toBe(80_000);
    }
  });
});

describe.concurrent('the log of an ended container', () => {
  it('is read as it is, to its end or a limit', async () => {
    const read = async (options: Parameters<typeof readContainerLog>[2]) => {
      const chunks: Uint8Array[] = [];
      const stream = await readContainerLog(space.proxied, reference('read'), options, space.signal);
      for await (const chunk of stream) chunks.push(chunk);
      return Buffer.concat(chunks).toString('latin1');
    };
    await space.startPod('read', 'printf "one\\n\\377\\000two\\n"');
    await eventually(async () => (await read({})).endsWith('two\n'));
    expect(await read({})).toBe('one\n\xff\0two\n');
    expect(await read({ limitBytes: 6 })).toBe('one\n\xff\0');
    expect(await read({ tailLines: 1 })).toBe('\xff\0two\n');
    expect(await read({ timestamps: true })).toMatch(/^\d{4}-\d\d-\d\dT\S+ one\n/);
    await expect(read({ previous: true })).rejects.toMatchObject({ code: 'cluster.refused' });
  });
});

/** What they do to the proxy, they do to all. */
describe('a log that is followed through a bad network', () => {
  it('has no gap and no double when its connection is cut again and again', async () => {
    const print = 'i=$((i + 1)); echo "line $i"; [ $((i % 30)) = 0 ] && sleep 0.05';
    await space.startPod('cuts', `i=0; until [ -e /tmp/stop ]; do ${print}; done; echo "all $i"`);
    const { lines, end } = follow('cuts');
    let cuts = 0;
    const cutting = setInterval(() => (cuts += space.proxy.cut(logOf('cuts'))), 300);
    await eventually(() => cuts > 3).finally(() => clearInterval(cutting));
    await runCommand(space.api, { ...reference('cuts'), command: ['touch', '/tmp/stop'] }, space.signal);
    await end;
    const printed = lines.length - 1;
    expect(lines.map(text)).toEqual([...numbers(printed), `all ${printed}`]);
    expect(lines.some(({ mayMissBefore }) => mayMissBefore)).toBe(false);
  });

  it('has no gap and no double when the answers break off in the middle of a line', async () => {
    await space.startPod('torn', 'for i in $(seq 1 2000); do echo "line $i"; done; sleep 2; echo end');
    for (const bytes of [1, 17, 500, 10_000, 20_001]) space.proxy.on(logOf('torn'), { kind: 'cutAfter', bytes }, 1);
    space.proxy.on(logOf('torn'), { kind: 'answer', status: 500 }, 2);
    const { lines, end } = follow('torn');
    await end;
    expect(lines.map(text)).toEqual([...numbers(2_000), 'end']);
  });

  it('comes back when everything was frozen', async () => {
    await space.startPod('frozen', 'for i in $(seq 1 300); do echo "line $i"; sleep 0.1; done');
    const { lines, end } = follow('frozen');
    await eventually(() => lines.length > 50);
    space.proxy.freeze();
    setTimeout(() => space.proxy.thaw(), 15_000);
    await end;
    expect(lines.map(text)).toEqual(numbers(300));
  });

  it('is read no faster than its lines are taken', async () => {
    await space.startPod('fast', `yes ${'x'.repeat(1_000)} | head -c 60000000; sleep 1`);
    const lines = followContainerLog(space.proxied, reference('fast'), {}, space.signal);
    await lines.next();
    const before = process.memoryUsage();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const after = process.memoryUsage();
    // The proxy is in this process, too, and holds its share.
    expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(20_000_000);
    await lines.return(undefined);
  });
});
