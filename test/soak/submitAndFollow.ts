/**
 * A core in a process of its own, to be killed: submits a run and reads its log to the end. The order comes as JSON in the
 * first argument; says `ready` when it is about to submit, and at last what it read, as JSON.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContextEntry } from '../../shared/src/protocol/index.ts';
import { openClusterTarget, readWholeLog, type ClusterTarget } from '../../shared/src/targets/index.ts';
import { commandRun, stagedFile } from '../../shared/src/targets/tekton/submit/testing/submissions.ts';

export interface Order {
  readonly entry: ContextEntry;
  readonly run: string;
  readonly script: string;
  /** Size of a companion; a large one is streamed to the volume. */
  readonly inputBytes: number;
  /** Absolute path; what another core left there is used. */
  readonly dataDir: string;
}

const never = new AbortController().signal;
const say = (line: string) => process.stdout.write(`${line}\n`);

async function follow(target: ClusterTarget, run: string): Promise<string> {
  for (;;) {
    const events = await target.events(run, never);
    if (events.some(({ type }) => type === 'finished')) break;
    await sleep(200);
  }
  return (await readWholeLog(target, run, 'command', 1 << 20, never)).toString('utf8');
}

async function main({ entry, run, script, inputBytes, dataDir }: Order): Promise<void> {
  const target = await openClusterTarget({
    entry,
    dataDir,
    configDir: dataDir,
    stepsDir: join(import.meta.dirname, '../../shared/dist/steps'),
    env: process.env,
    now: () => Date.now(),
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
    onNote: () => undefined,
    onError: () => undefined,
  });
  try {
    say('ready');
    // The same bytes each time: submitting again is submitting the same run.
    const files = [stagedFile('a.bin', Buffer.alloc(inputBytes, 'a'))];
    await target.submit(commandRun(run, script, files), never);
    say('accepted');
    const watch = target.watch(() => undefined);
    const log = await follow(target, run);
    watch.dispose();
    say(JSON.stringify({ log }));
  } finally {
    await target.dispose();
  }
}

await main(JSON.parse(process.argv[2] ?? '') as Order);
