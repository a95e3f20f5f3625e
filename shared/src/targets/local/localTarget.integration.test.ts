import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunSubmission } from '../runTarget.ts';
import {
  noSignal,
  processesLeft,
  submissionOf,
  textFile,
  until,
  untilEvent,
  untilFinished,
  Workshop,
} from './testing/testTarget.ts';

const found = process.env.SLIPWAY_TEST_PYTHON;
if (found === undefined)
  throw new Error('set SLIPWAY_TEST_PYTHON to a Python that has papermill, nbconvert, ipykernel and pytest');
const interpreter = found;
const stepsDir = fileURLToPath(new URL('../../pipeline/steps', import.meta.url));

let workshop: Workshop | undefined;
afterEach(async () => {
  await workshop?.close();
  workshop = undefined;
});

/** A notebook of these code cells, to be run by the real steps. */
function notebookRun(name: string, sources: readonly string[]): RunSubmission {
  const cells = sources.map((source, index) => ({
    cell_type: 'code',
    id: `cell-${index + 1}`,
    metadata: {},
    outputs: [],
    execution_count: null,
    source,
  }));
  const kernelspec = { name: 'python3', language: 'python', display_name: 'Python 3' };
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells };
  const submission = submissionOf(
    name,
    {
      steps: ['prepare', 'notebook', 'report', 'test', 'collect'],
      notebook: {
        path: 'a.ipynb',
        name: 'a',
        kernel: 'python3',
        language: 'python',
        cells: cells.map(({ id, source }) => ({ id, label: source.split('\n')[0] ?? '' })),
      },
    },
    [textFile('a.ipynb', JSON.stringify(notebook))],
  );
  const python = submission.python;
  return python === undefined ? submission : { ...submission, python: { ...python, interpreter } };
}

describe('the real steps on this machine', () => {
  it('run a notebook and tell its cells', async () => {
    workshop = await Workshop.open();
    const target = workshop.target({ stepsDir });
    await target.submit(notebookRun('real', ['x = 1', 'print(x, "Executing Cell 99")']), noSignal);
    expect(await untilFinished(target, 'real')).toMatchObject({ state: 'succeeded' });
    const events = await target.events('real', noSignal);
    const cells = events.flatMap((event) => ('id' in event ? [`${event.type} ${event.id}`] : []));
    expect(cells).toEqual(['cellStarted cell-1', 'cellFinished cell-1', 'cellStarted cell-2', 'cellFinished cell-2']);
    const paths = (await target.artifacts('real', noSignal)).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['output/a_output.ipynb', 'output/a_output.html']));
    expect(processesLeft(workshop.runDir('real'))).toEqual([]);
  });

  it('leave no kernel behind when they are cancelled in the middle of a cell', async () => {
    workshop = await Workshop.open();
    const target = workshop.target({ stepsDir, cancelGraceMs: 2_000 });
    // The cell ignores being told to stop, and has a child that does so in a session of its own.
    const endless = `import signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen(["sleep", "1000"], start_new_session=True)
while True:
    try:
        time.sleep(1)
    except KeyboardInterrupt:
        pass`;
    await target.submit(notebookRun('endless', ['x = 1', endless]), noSignal);
    await untilEvent(target, 'endless', (event) => event.type === 'cellStarted' && event.id === 'cell-2');
    const folder = workshop.runDir('endless');
    await until('the kernel', () => processesLeft(folder).length >= 4 || undefined);
    await target.cancel('endless', noSignal);
    expect(
      await until(
        'the end',
        async () => {
          const last = (await target.events('endless', noSignal)).at(-1);
          return last?.type === 'finished' ? last : undefined;
        },
        60_000,
      ),
    ).toMatchObject({ state: 'cancelled' });
    expect(processesLeft(folder)).toEqual([]);
    const paths = (await target.artifacts('endless', noSignal)).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['output/papermill.log']));
  });
});
