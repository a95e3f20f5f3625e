import { chmod, lstat, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { logText, noSignal, submissionOf, textFile, untilFinished, Workshop } from './testing/testTarget.ts';

let workshop: Workshop | undefined;
afterEach(async () => {
  await workshop?.close();
  workshop = undefined;
});

const allSteps = ['prepare', 'notebook', 'report', 'test', 'collect'] as const;

describe('a run that reuses steps of another', () => {
  it('takes over what those steps left, and runs only the others', async () => {
    workshop = await Workshop.open({
      prepare:
        'echo /opt/python >"$SLIPWAY_RUN_DIR/python"; echo lock >"$SLIPWAY_OUTPUT/requirements.lock.txt"; result succeeded',
      notebook: `
        echo ran
        cd "$SLIPWAY_RUN_DIR/work"
        echo changed >data.txt; mkdir -p sub/new; echo new >sub/new/file; ln -s data.txt link; rm gone.txt; chmod 400 sub/new/file
        echo nb >"$SLIPWAY_OUTPUT/a_output.ipynb"; mkdir "$SLIPWAY_OUTPUT/figures"; echo png >"$SLIPWAY_OUTPUT/figures/x.png"
        result succeeded`,
      report: 'echo html >"$SLIPWAY_OUTPUT/a_output.html"; result succeeded',
      test: 'echo xml >"$SLIPWAY_OUTPUT/pytest_results.xml"; result failed "" 1',
      collect: 'result succeeded failed; echo "{}" >"$SLIPWAY_RUN_DIR/artifacts.json"',
    });
    const target = workshop.target();
    const inputs = [
      textFile('data.txt', 'original\n'),
      textFile('gone.txt', 'x'),
      textFile('tests/t.py', 'old'),
      textFile('same.txt', 's'),
    ];
    await target.submit(submissionOf('one', { steps: [...allSteps] }, inputs), noSignal);
    await untilFinished(target, 'one');

    // The scripts would do it differently now, so that a step that ran again would be seen.
    await writeFile(join(workshop.stepsDir, 'notebook.sh'), 'echo must not run >&2; exit 1');
    await writeFile(join(workshop.stepsDir, 'report.sh'), 'exit 1');
    await writeFile(join(workshop.stepsDir, 'test.sh'), 'sleep 0.3; exit 1');
    const reuse = { run: 'one', steps: ['prepare' as const, 'notebook' as const] };
    const edited = inputs.map((file) => (file.path === 'tests/t.py' ? textFile('tests/t.py', 'new') : file));
    await workshop.target().submit(submissionOf('two', { steps: [...allSteps], reuse }, edited), noSignal);
    const folder = workshop.runDir('two');
    const read = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');
    expect(await read('python')).toBe('/opt/python\n');
    expect(await logText(target, 'two', 'notebook')).toBe('ran\n');
    expect(JSON.parse(await read('results/notebook.json'))).toMatchObject({ state: 'succeeded' });
    expect((await readdir(join(folder, 'output'))).sort()).toEqual([
      'a_output.ipynb',
      'figures',
      'requirements.lock.txt',
    ]);
    expect(await read('output/figures/x.png')).toBe('png\n');
    expect(await read('work/data.txt')).toBe('changed\n');
    expect(await read('work/sub/new/file')).toBe('new\n');
    expect(await readlink(join(folder, 'work/link'))).toBe('data.txt');
    expect(await read('work/tests/t.py')).toBe('new');
    expect(await read('work/same.txt')).toBe('s');
    await expect(stat(join(folder, 'work/gone.txt'))).rejects.toThrow('ENOENT');
    expect(await read('inputs/data.txt')).toBe('original\n');
    await expect(lstat(join(folder, 'summary.md'))).rejects.toThrow('ENOENT');

    await untilFinished(target, 'two');
    const started = (await target.events('two', noSignal)).flatMap((event) =>
      event.type === 'stepStarted' ? [event.step] : [],
    );
    expect(started).toEqual(['report', 'test', 'collect']);
    await chmod(join(folder, 'work/sub/new/file'), 0o600);
  });

  it('takes only what prepare left when only prepare is reused', async () => {
    workshop = await Workshop.open({
      prepare:
        'echo /opt/python >"$SLIPWAY_RUN_DIR/python"; echo lock >"$SLIPWAY_OUTPUT/requirements.lock.txt"; result succeeded',
      notebook: 'echo x >"$SLIPWAY_OUTPUT/mine.csv"; echo x >"$SLIPWAY_RUN_DIR/work/made"; result failed "" 1',
    });
    const target = workshop.target();
    await target.submit(submissionOf('one'), noSignal);
    await untilFinished(target, 'one');
    await writeFile(join(workshop.stepsDir, 'notebook.sh'), 'sleep 0.3');
    await workshop.target().submit(submissionOf('two', { reuse: { run: 'one', steps: ['prepare'] } }), noSignal);
    expect(await readdir(join(workshop.runDir('two'), 'output'))).toEqual(['requirements.lock.txt']);
    expect(await readdir(join(workshop.runDir('two'), 'work'))).toEqual([]);
    await untilFinished(target, 'two');
  });

  it('is refused when the other run or its result is gone', async () => {
    workshop = await Workshop.open({ prepare: 'exit 1' });
    const target = workshop.target();
    const retry = (name: string) =>
      target.submit(submissionOf(name, { reuse: { run: 'one', steps: ['prepare'] } }), noSignal);
    await expect(retry('two')).rejects.toMatchObject({ code: 'retry.refused' });
    await target.submit(submissionOf('one'), noSignal);
    await untilFinished(target, 'one');
    await expect(retry('two')).rejects.toMatchObject({ code: 'retry.refused' });
    expect(await target.list(noSignal)).toEqual(['one']);
  });
});
