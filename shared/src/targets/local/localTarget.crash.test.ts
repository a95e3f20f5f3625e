import { spawn } from 'node:child_process';
import { utimes, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { liveness } from '../../processes/index.ts';
import { RunPaths } from './runFolder.ts';
import { readSupervisor } from './supervisorProcess.ts';
import {
  logText,
  noSignal,
  submissionOf,
  supervisorPid,
  until,
  untilEvent,
  untilFinished,
  Workshop,
} from './testing/testTarget.ts';

let workshop: Workshop | undefined;
afterEach(async () => {
  await workshop?.close();
  workshop = undefined;
});

const lines = Array.from({ length: 60 }, (_, line) => `line ${line + 1}`);

describe('when a process is killed', () => {
  it('a run goes on without its submitter, and no byte of its log is missing', async () => {
    workshop = await Workshop.open({
      notebook: 'for i in $(seq 60); do echo "line $i"; sleep 0.01; done; result succeeded',
    });
    const shop = workshop;
    const options = JSON.stringify({ ...shop.options(), now: undefined });
    const script = join(shop.root, 'submitter.mjs');
    await writeFile(
      script,
      `import { createLocalTarget } from ${JSON.stringify(new URL('./localTarget.ts', import.meta.url).href)};
       import { submissionOf } from ${JSON.stringify(new URL('./testing/testTarget.ts', import.meta.url).href)};
       const target = createLocalTarget({ ...${options}, now: Date.now });
       await target.submit(submissionOf('orphan'), new AbortController().signal);
       setInterval(() => undefined, 1000);`,
    );
    const submitter = spawn(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit'] });
    const ended = new Promise((resolve) => submitter.once('exit', (_code, signal) => resolve(signal)));
    const target = shop.target();
    await until('the log', async () => {
      if (!(await target.list(noSignal)).includes('orphan')) return undefined;
      return (await logText(target, 'orphan', 'notebook')).includes('line 3\n') || undefined;
    });
    submitter.kill('SIGKILL');
    expect(await ended).toBe('SIGKILL');
    expect(await untilFinished(target, 'orphan')).toMatchObject({ state: 'succeeded' });
    expect(await logText(target, 'orphan', 'notebook')).toBe(`${lines.join('\n')}\n`);
  });

  it('a run without its supervisor is lost, and its step still writes its whole log', async () => {
    workshop = await Workshop.open({
      notebook: 'for i in $(seq 60); do echo "line $i"; sleep 0.01; done; touch "$SLIPWAY_RUN_DIR/through"',
    });
    const target = workshop.target();
    await target.submit(submissionOf('lost'), noSignal);
    await until('the log', async () => (await logText(target, 'lost', 'notebook')).includes('line 3\n') || undefined);
    process.kill(await supervisorPid(workshop.runDir('lost')), 'SIGKILL');
    expect(await untilFinished(target, 'lost')).toMatchObject({ state: 'lost' });
    await until(
      'the last line',
      async () => (await logText(target, 'lost', 'notebook')).includes('line 60\n') || undefined,
    );
    expect(await logText(target, 'lost', 'notebook')).toBe(`${lines.join('\n')}\n`);
    // Submitting it again is the same run, and that is over.
    await target.submit(submissionOf('lost'), noSignal);
    expect((await target.events('lost', noSignal)).at(-1)).toMatchObject({ state: 'lost' });
  });

  it('a run whose submitter died before it started the supervisor is lost after a while, until it is submitted again', async () => {
    workshop = await Workshop.open({ notebook: 'result succeeded' });
    const target = workshop.target();
    const folder = workshop.runDir('half');
    await target.submit(submissionOf('half'), noSignal);
    await untilFinished(target, 'half');
    const supervisor = await readSupervisor(new RunPaths(folder));
    await until('its end', () => supervisor !== undefined && liveness(supervisor.identity) === 'gone');
    await rm(join(folder, 'supervisor.json'));
    const submitted = { type: 'submitted', time: 1, run: submissionOf('half').run };
    await writeFile(join(folder, 'events.jsonl'), `${JSON.stringify(submitted)}\n`);
    expect((await target.events('half', noSignal)).at(-1)).toMatchObject({ type: 'submitted' });
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(join(folder, 'events.jsonl'), longAgo, longAgo);
    expect((await target.events('half', noSignal)).at(-1)).toMatchObject({ state: 'lost' });
    await target.submit(submissionOf('half'), noSignal);
    await untilEvent(target, 'half', ({ type }) => type === 'staging');
    expect(await untilFinished(target, 'half')).toMatchObject({ state: 'succeeded' });
  });
});
