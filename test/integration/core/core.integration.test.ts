import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogBatch, Run, StepName } from '../../../shared/src/protocol/index.ts';
import type { ProtocolClient } from '../../../shared/src/server/index.ts';
import { Machine, notebook, testPython } from '../cli/slipway.ts';
import { startCore } from './coreProcess.ts';
import { memoryFiles } from './memoryFiles.ts';

const never = new AbortController().signal;
let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(async () => {
  await machine.dispose();
});

const environment = (): NodeJS.ProcessEnv => machine.environment;

/** Follows the run to its end through notifications. */
async function untilFinal(client: ProtocolClient, name: string): Promise<Run> {
  const final = new Set(['succeeded', 'failed', 'cancelled', 'timedOut', 'lost']);
  return new Promise((resolve, reject) => {
    client.onNotification('run/changed', ({ run }) => {
      if (run.name === name && final.has(run.state)) resolve(run);
    });
    client
      .request('runs/watch', {}, never)
      .then(() => client.request('runs/get', { run: name }, never))
      .then((run) => {
        if (final.has(run.state)) resolve(run);
      })
      .catch(reject);
  });
}

/** Every byte of every step, as it comes, with the position to go on from. */
async function readLog(
  client: ProtocolClient,
  run: string,
  from: { position: string; text: Map<StepName, string> },
  enough: (batch: LogBatch) => boolean = () => false,
): Promise<{ position: string; text: Map<StepName, string> }> {
  const text = new Map(from.text);
  let position = from.position;
  for (;;) {
    const page = await client.request('logs/read', { run, position, waitMs: 2000, maxBytes: 4096 }, never);
    for (const batch of page.batches) {
      const known = text.get(batch.step) ?? '';
      expect(batch.offset, 'no gap and nothing twice').toBe(Buffer.byteLength(known));
      text.set(batch.step, known + Buffer.from(batch.data, batch.encoding).toString());
    }
    position = page.next;
    if (page.end || page.batches.some(enough)) return { position, text };
  }
}

const start = { position: '', text: new Map<StepName, string>() };

describe('a notebook that is open and not saved', () => {
  it('runs as the editor shows it, with companions that come through callbacks', async () => {
    const core = await startCore(environment(), true);
    try {
      core.client.serveFiles(
        memoryFiles({
          'open.ipynb': notebook(['raise SystemError("this is what was saved")']),
          'helpers.py': 'def greeting():\n    return "from a companion"\n',
          'data/table.csv': 'a,b\n1,2\n',
        }),
      );
      const run = await core.client.request(
        'runs/submit',
        {
          context: 'local',
          folder: { kind: 'host', id: 'folder-1', label: 'notebooks' },
          spec: { notebook: 'open.ipynb', python: testPython() },
          notebookText: notebook([
            'import helpers\nprint(helpers.greeting(), open("data/table.csv").read())',
            'print("not saved")',
          ]),
          unsaved: true,
        },
        never,
      );
      const ended = await untilFinal(core.client, run.name);
      expect(ended.state, JSON.stringify(ended)).toBe('succeeded');
      expect(ended.source?.unsaved).toBe(true);
      const { text } = await readLog(core.client, run.name, start);
      expect(text.get('notebook')).toContain('from a companion');
      expect(text.get('notebook')).toContain('not saved');
    } finally {
      await core.stop();
    }
  });
});

describe('kill -9 of the core in mid-cell', () => {
  it('costs no byte of the log: another core goes on from the position', async () => {
    const source = 'import time\nfor i in range(40):\n    print(f"tick {i:03d}", flush=True)\n    time.sleep(0.1)';
    await machine.write('ticks.ipynb', notebook([source]));
    const first = await startCore(environment());
    const run = await first.client.request(
      'runs/submit',
      {
        context: 'local',
        folder: { kind: 'disk', path: machine.work },
        spec: { notebook: 'ticks.ipynb', python: testPython(), tests: false, files: { include: [] } },
      },
      never,
    );
    const half = await readLog(first.client, run.name, start, (batch) => /tick 01\d/.test(batch.data));
    first.child.kill('SIGKILL');

    const second = await startCore(environment());
    try {
      const whole = await readLog(second.client, run.name, half);
      const ended = await second.client.request('runs/get', { run: run.name }, never);
      expect(ended.state).toBe('succeeded');
      const onDisk = await readFile(join(machine.data, 'slipway/runs', run.name, 'logs/notebook.log'), 'utf8');
      expect(whole.text.get('notebook')).toBe(onDisk);
      const ticks = [...onDisk.matchAll(/tick (\d{3})/g)].map((match) => Number(match[1]));
      expect(ticks, 'each once').toEqual(Array.from({ length: 40 }, (_, index) => index));
    } finally {
      await second.stop();
    }
  });
});

describe('two cores on one data folder', () => {
  it('tell their clients the same story of one run', async () => {
    await machine.write('both.ipynb', notebook(['import time; time.sleep(1)', 'print("done")']));
    const [one, two] = await Promise.all([startCore(environment()), startCore(environment())]);
    try {
      const seenByTwo: Run[] = [];
      two.client.onNotification('run/changed', ({ run }) => seenByTwo.push(run));
      await two.client.request('runs/watch', {}, never);
      const run = await one.client.request(
        'runs/submit',
        {
          context: 'local',
          folder: { kind: 'disk', path: machine.work },
          spec: { notebook: 'both.ipynb', python: testPython(), tests: false, files: { include: [] } },
        },
        never,
      );
      const [endedOne, endedTwo] = await Promise.all([
        untilFinal(one.client, run.name),
        untilFinal(two.client, run.name),
      ]);
      expect(endedTwo).toEqual(endedOne);
      const states = new Set(seenByTwo.filter((seen) => seen.name === run.name).map((seen) => seen.state));
      expect([...states]).toContain('running');
      expect(seenByTwo.some((seen) => seen.cells?.current?.number === 1)).toBe(true);
    } finally {
      await Promise.all([one.stop(), two.stop()]);
    }
  });
});
