import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { resources } from '../../shared/src/kubernetes/index.ts';
import { laterApi } from '../../shared/src/targets/tekton/submit/testing/mortalApi.ts';
import { smallProfile, TestSpace } from '../../shared/src/targets/tekton/submit/testing/testSpace.ts';
import { testCluster } from '../integration/cluster/clusterMachine.ts';
import { between, BrokenPromises, type Outcome, type Say } from './outcome.ts';
import type { Order } from './submitAndFollow.ts';

const never = new AbortController().signal;
const lines = 30;
const script = `for number in $(seq ${lines}); do echo "line $number"; sleep 0.1; done`;
const wholeLog = Array.from({ length: lines }, (_, index) => `line ${index + 1}\n`).join('');
/** What a submission left counts as left behind after some hours. */
const laterMs = 7 * 24 * 3_600_000;

/**
 * Kills the core at random moments of submitting and following. Submitted again it is one run with its whole log; not
 * submitted again it is one run or none; and nothing is left after a prune.
 */
export async function soakKills(count: number, say: Say): Promise<Outcome> {
  const broken = new BrokenPromises(say);
  if (count === 0) return { what: 'kills', count, broken: broken.all };
  const space = await TestSpace.open(never, 'soak-kills');
  const dataDir = await mkdtemp(join(tmpdir(), 'slipway-soak-'));
  try {
    for (let kill = 0; kill < count; kill += 1) {
      const order = orderFor(space, dataDir, kill);
      const moment = await runAndKill(order, momentOf(kill));
      const problems = await afterKill(space, order, kill % 4 !== 3);
      for (const problem of problems) broken.add(`${order.run}, killed ${moment}: ${problem}`);
      if ((kill + 1) % 5 === 0 || kill + 1 === count) {
        say(`${kill + 1} of ${count} kills, ${broken.all.length} promises broken`);
      }
    }
  } finally {
    await space.dispose(never);
    await rm(dataDir, { recursive: true, force: true });
  }
  return { what: 'kills', count, broken: broken.all };
}

function orderFor(space: TestSpace, dataDir: string, kill: number): Order {
  const { kubeconfig } = testCluster();
  return {
    entry: { name: 'test-cluster', kubeconfig, namespace: space.objects.namespace, profile: smallProfile },
    run: `kill-${kill}-${randomBytes(3).toString('hex')}`,
    script,
    // Every third one has inputs that are streamed.
    inputBytes: kill % 3 === 2 ? 3 << 20 : 1_000,
    dataDir,
  };
}

/** Half of the kills while it submits, half while it follows; milliseconds after it begins. */
function momentOf(kill: number): number {
  return kill % 2 === 0 ? between(0, 1_500) : between(1_500, 15_000);
}

/** @returns when it was killed, in words */
async function runAndKill(order: Order, ms: number): Promise<string> {
  const child = start(order);
  await child.said('ready');
  await sleep(ms);
  child.kill();
  await child.ended;
  const state = child.output().includes('accepted') ? 'following' : 'submitting';
  return `while ${state}, after ${ms.toFixed(0)} ms`;
}

async function afterKill(space: TestSpace, order: Order, again: boolean): Promise<string[]> {
  const problems: string[] = [];
  if (again) {
    const child = start(order);
    const exitCode = await child.ended;
    const told = child.output().split('\n').at(-2) ?? '';
    if (exitCode !== 0) problems.push(`submitting again failed: ${child.output().slice(-500)}`);
    else problems.push(...differencesOf((JSON.parse(told) as { log: string }).log));
  }
  const runs = await space.objects.metadata(resources.pipelineRuns, `slipway.dev/run=${order.run}`, never);
  if (again ? runs.length !== 1 : runs.length > 1) problems.push(`there are ${runs.length} runs`);
  if (runs.length > 0) await space.untilEnded(order.run, never);
  const api = laterApi(space.api, laterMs);
  await space.submitter({ api, profile: smallProfile }).prune({ keep: 0 }, never);
  await space.untilNothingIsLeft(order.run, never).catch((error: unknown) => problems.push(String(error)));
  return problems;
}

/** What is wrong with a log, if anything. */
function differencesOf(log: string): string[] {
  if (log === wholeLog) return [];
  const found = log.split('\n');
  const at = wholeLog.split('\n').findIndex((line, index) => line !== found[index]);
  return [`its log differs from line ${at + 1} of ${lines} on: ${JSON.stringify(found.slice(at, at + 3))}`];
}

function start(order: Order) {
  const program = join(import.meta.dirname, 'submitAndFollow.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const check of waiting) check();
    });
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const said = (word: string) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (output.includes(word)) resolve();
      };
      waiting.add(check);
      check();
      void ended.then(() => reject(new Error(`it ended without saying ${word}: ${output}`)), reject);
    });
  return { ended, said, output: () => output, kill: () => void child.kill('SIGKILL') };
}
