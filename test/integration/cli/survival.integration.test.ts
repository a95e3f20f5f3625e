import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, Machine, notebook, testPython } from './slipway.ts';

let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(async () => {
  await machine.dispose();
});

const plain = { NO_COLOR: '1' };

/** The runs of this machine, newest first, by name. */
async function newestRun(): Promise<string> {
  const ended = await machine.slipway(['runs', '-o', 'json', '--limit', '1']);
  const parsed = JSON.parse(ended.stdout) as { runs: { name: string }[] } | { name: string }[];
  const [first] = Array.isArray(parsed) ? parsed : parsed.runs;
  if (first === undefined) throw new Error('no run');
  return first.name;
}

/** Processes that belong to the run, by the environment that every step inherits. */
async function processesOf(run: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.includes(`SLIPWAY_RUN_DIR=${join(machine.data, 'slipway/runs', run)}`)) found.push(pid);
  }
  return found;
}

describe('kill -9 of the command line in mid-cell', () => {
  it('does not touch the run: it ends, and no byte of its log is missing', async () => {
    const source = 'import time\nfor i in range(60):\n    print(f"tick {i:03d}", flush=True)\n    time.sleep(0.1)';
    await machine.write('ticks.ipynb', notebook([source, 'print("the end")']));
    const started = machine.start(['run', '--no-tests', '--python', testPython(), 'ticks.ipynb'], { env: plain });
    await started.until(/cell 1\/2/);
    started.child.kill('SIGKILL');
    await started.ended;
    const watched = await machine.slipway(['watch', await newestRun(), '-o', 'json']);
    const result = json(watched);
    expect(result.state).toBe('succeeded');
    const log = (await machine.slipway(['logs', result.run, '--step', 'notebook'])).stdout;
    const ticks = [...log.matchAll(/tick (\d{3})/g)].map((match) => Number(match[1]));
    expect(ticks, 'each once').toEqual(Array.from({ length: 60 }, (_, index) => index));
    expect(log).toContain('the end');
  });
});

describe('progress', () => {
  it('names the cell while it runs; output, bars and markdown cells do not fool it', async () => {
    await machine.write(
      'progress.ipynb',
      notebook([
        { kind: 'markdown', source: '# Title' },
        'print("Executing Cell 99-----------")\nprint("Ending Cell 99-------------")',
        { kind: 'markdown', source: 'More words' },
        'import sys, time\nfor i in range(20):\n    sys.stderr.write(f"\\rExecuting: {i*5}%|####| {i}/20"); sys.stderr.flush(); time.sleep(0.05)',
        // Ends only once this test has seen it begin.
        'import pathlib, time\nwhile not pathlib.Path("go").exists():\n    time.sleep(0.05)',
      ]),
    );
    const started = machine.start(['run', '--no-tests', '--python', testPython(), 'progress.ipynb'], { env: plain });
    await started.until(/cell 3\/3/);
    await writeFile(join(machine.data, 'slipway/runs', await newestRun(), 'work/go'), '');
    const ended = await started.ended;
    expect(ended.exitCode).toBe(0);
    expect(ended.stdout + ended.stderr).not.toMatch(/cell 99|\/20\b.*cell/);
    const cellLines = [...(ended.stdout + ended.stderr).matchAll(/cell (\d+)\/(\d+)/g)].map(
      (match) => `${match[1]}/${match[2]}`,
    );
    expect([...new Set(cellLines)]).toEqual(['1/3', '2/3', '3/3']);
  });
});

describe('Ctrl-C', () => {
  const endless = 'import time\nwhile True:\n    time.sleep(0.2)';

  it('once: cancels, exits 3, and leaves no process', async () => {
    await machine.write('endless.ipynb', notebook([endless]));
    const started = machine.start(['run', '--no-tests', '--python', testPython(), 'endless.ipynb'], { env: plain });
    await started.until(/cell 1\/1/);
    const name = await newestRun();
    expect(await processesOf(name)).not.toEqual([]);
    started.child.kill('SIGINT');
    const ended = await started.ended;
    expect(ended.exitCode).toBe(3);
    expect(await processesOf(name)).toEqual([]);
    const run = json(await machine.slipway(['watch', name, '-o', 'json']));
    expect(run.state).toBe('cancelled');
  });

  it('twice: detaches and says how to come back', async () => {
    // The kernel ignores the polite signals, so that the cancel takes its whole grace period.
    const stubborn = `import signal\nfor name in ("SIGINT", "SIGTERM"):\n    signal.signal(getattr(signal, name), signal.SIG_IGN)\n${endless}`;
    await machine.write('stubborn.ipynb', notebook([stubborn]));
    const started = machine.start(['run', '--no-tests', '--python', testPython(), 'stubborn.ipynb'], { env: plain });
    await started.until(/cell 1\/1/);
    const name = await newestRun();
    started.child.kill('SIGINT');
    await started.until(/cancel/i);
    started.child.kill('SIGINT');
    const ended = await started.ended;
    expect(ended.exitCode).toBe(3);
    expect(ended.stdout + ended.stderr).toContain(`slipway watch ${name}`);
    expect((await machine.slipway(['watch', name])).exitCode).toBe(3);
    expect(await processesOf(name)).toEqual([]);
  });

  it('the cancel command ends a detached run', async () => {
    const ended = await machine.slipway(['run', '--detach', '--no-tests', '--python', testPython(), 'endless.ipynb']);
    expect(ended.exitCode).toBe(0);
    const name = await newestRun();
    expect(ended.stdout).toContain(name);
    expect((await machine.slipway(['cancel', name])).exitCode).toBe(0);
    expect((await machine.slipway(['watch', name])).exitCode).toBe(3);
    expect(await processesOf(name)).toEqual([]);
  });
});

describe('two processes on one data folder', () => {
  it('see the same runs, and the queue lets two run at once', async () => {
    const go = join(await mkdtemp(join(machine.folder, 'queue-')), 'go');
    const wait = `until [ -e "${go}" ]; do sleep 0.1; done`;
    const args = ['run', '--detach', '--no-tests', '--python', testPython(), '--', 'sh', '-c', wait];
    for (let started = 0; started < 3; started += 1) expect((await machine.slipway(args)).exitCode).toBe(0);
    const states = async (): Promise<string[]> => {
      const parsed = JSON.parse((await machine.slipway(['runs', '-o', 'json', '--limit', '3'])).stdout) as
        { runs: { state: string }[] } | { state: string }[];
      return (Array.isArray(parsed) ? parsed : parsed.runs).map((run) => run.state).sort();
    };
    await expect.poll(states).toEqual(['queued', 'running', 'running']);
    // The third one still waits for a place.
    expect(await states()).toEqual(['queued', 'running', 'running']);
    await writeFile(go, '');
    await expect.poll(states).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });
});
