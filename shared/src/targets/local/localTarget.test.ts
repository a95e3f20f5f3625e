import { appendFile, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { OpenedFile } from '../runTarget.ts';
import {
  logText,
  noSignal,
  submissionOf,
  supervisorPid,
  textFile,
  untilFinished,
  Workshop,
} from './testing/testTarget.ts';

let workshop: Workshop | undefined;
afterEach(async () => {
  await workshop?.close();
  workshop = undefined;
});

async function open(...args: Parameters<typeof Workshop.open>): Promise<Workshop> {
  workshop = await Workshop.open(...args);
  return workshop;
}

async function textOf(opened: OpenedFile): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.content) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

describe('a run on this machine', () => {
  it('goes through its steps to the verdict of collect, with its cells and its log', async () => {
    const shop = await open({
      notebook: `
        progress '{"type":"cellsCounted","cells":[{"id":"a","label":"x = 1"}]}'
        progress '{"type":"cellStarted","id":"a"}'
        progress '{"type":"finished","state":"succeeded"}'
        echo out; echo err >&2; printf 'no line end'
        progress '{"type":"cellFinished","id":"a","failed":false}'
        result succeeded`,
    });
    const target = shop.target();
    await target.submit(submissionOf('first', {}, [textFile('a.ipynb', '{}')]), noSignal);
    expect(await untilFinished(target, 'first')).toMatchObject({ state: 'succeeded' });
    const events = await target.events('first', noSignal);
    expect(events.map((event) => ('step' in event ? `${event.type} ${event.step}` : event.type))).toEqual([
      'submitted',
      'staging',
      'stepStarted prepare',
      'stepFinished prepare',
      'stepStarted notebook',
      'cellsCounted',
      'cellStarted',
      'cellFinished',
      'stepFinished notebook',
      'stepStarted collect',
      'stepFinished collect',
      'finished',
    ]);
    expect(await logText(target, 'first', 'notebook')).toBe('out\nerr\nno line end');
    expect(await target.logSize('first', 'notebook', noSignal)).toEqual({ bytes: 19, whole: true });
    const { times } = await target.readLog('first', 'notebook', 0, 100, noSignal);
    expect(times[0]?.[0]).toBe(0);
    const rest = await target.readLog('first', 'notebook', 4, 3, noSignal);
    expect(Buffer.from(rest.bytes).toString()).toBe('err');
    expect(await readFile(join(shop.runDir('first'), 'supervisor.log'), 'utf8')).toBe('');
  });

  it('gives the steps the environment of the contract, without the submitter’s own', async () => {
    const shop = await open({ notebook: 'env -0; result succeeded' });
    const env = {
      PATH: process.env.PATH,
      KEPT: 'a\nb $(c)',
      NODE_OPTIONS: '--no-such-option',
      ELECTRON_RUN_AS_NODE: '1',
      VSCODE_PID: '1',
      SLIPWAY_RUN_DIR: '/of/another/run',
      SLIPWAY_CANCELLED: '1',
    };
    const target = shop.target({ env });
    await target.submit(submissionOf('env'), noSignal);
    await untilFinished(target, 'env');
    const seen = Object.fromEntries(
      (await logText(target, 'env', 'notebook')).split('\0').map((entry) => {
        const at = entry.indexOf('=');
        return [entry.slice(0, at), entry.slice(at + 1)];
      }),
    );
    expect(seen).toMatchObject({
      KEPT: 'a\nb $(c)',
      PYTHONUNBUFFERED: '1',
      SLIPWAY_RUN_DIR: shop.runDir('env'),
      SLIPWAY_STEPS: expect.stringMatching(/\/data\/steps\/[0-9a-f]{32}$/) as string,
      SLIPWAY_OUTPUT: join(shop.runDir('env'), 'output'),
      SLIPWAY_PYTHON: '/usr/bin/python3',
      SLIPWAY_ENVIRONMENTS: join(shop.root, 'environments'),
      SLIPWAY_LOG: 'captured',
    });
    for (const name of ['NODE_OPTIONS', 'ELECTRON_RUN_AS_NODE', 'VSCODE_PID', 'SLIPWAY_CANCELLED']) {
      expect(seen).not.toHaveProperty(name);
    }
  });

  it('tells how steps ended that left no result, and goes on to collect', async () => {
    const failedCell = `{"id":"c","index":2,"number":1,"source":"x","errorName":"E","errorValue":"v","traceback":[]}`;
    const shop = await open({
      prepare: 'exit 3',
      notebook: 'kill -KILL $$',
      collect: `printf '{"state":"succeeded","exitCode":0,"verdict":"timedOut","reason":"too slow","failedCell":${failedCell}}' >"$SLIPWAY_RUN_DIR/results/collect.json"`,
    });
    const target = shop.target();
    await target.submit(submissionOf('bad'), noSignal);
    expect(await untilFinished(target, 'bad')).toMatchObject({
      state: 'timedOut',
      reason: 'too slow',
      failedCell: { id: 'c', index: 2 },
    });
    const ends = (await target.events('bad', noSignal)).filter((event) => event.type === 'stepFinished');
    expect(ends).toMatchObject([
      { step: 'prepare', state: 'failed', exitCode: 3, reason: 'ended without a result (exit code 3)' },
      { step: 'notebook', state: 'failed', reason: 'ended without a result (signal SIGKILL)' },
      { step: 'collect', state: 'succeeded' },
    ]);
  });

  it('keeps every byte of files with ugly names, in a private folder, and runs on a copy', async () => {
    const shop = await open({
      notebook: `find "$SLIPWAY_RUN_DIR/work" -type f -exec sh -c 'echo spoilt >>"$1"' sh {} \\;; result succeeded`,
    });
    const names = [
      '-rf',
      `it's "x" $(touch hacked) \`id\`.txt`,
      'line\nbreak',
      '中文 目录/数据.csv',
      '*',
      '\\..\\x',
      '.hidden',
    ];
    const target = shop.target();
    await target.submit(
      submissionOf(
        'ugly',
        {},
        names.map((name) => textFile(name, `content of ${name}`)),
      ),
      noSignal,
    );
    await untilFinished(target, 'ugly');
    const inputs = await target.inputs('ugly', noSignal);
    expect(inputs.map(({ path }) => path).sort()).toEqual([...names].sort());
    for (const file of inputs) {
      const { path, bytes } = file;
      const content = await textOf({ bytes, content: file.open(noSignal) });
      expect(content).toBe(`content of ${path}`);
      expect(Buffer.byteLength(content)).toBe(bytes);
      expect(await readFile(join(shop.runDir('ugly'), 'work', path), 'utf8')).toBe(`${content}spoilt\n`);
    }
    const mode = async (path: string): Promise<number> => (await stat(join(shop.runDir('ugly'), path))).mode & 0o777;
    expect(await mode('.')).toBe(0o700);
    expect(await mode('inputs/-rf')).toBe(0o600);
    expect(await readdir(shop.root)).not.toContain('hacked');
  });

  it('refuses inputs that leave the folder, and leaves nothing behind', async () => {
    const shop = await open();
    const target = shop.target();
    for (const path of ['../x', '/tmp/x', 'a/../../x', '']) {
      const submission = submissionOf('escape', {}, [textFile(path, 'x')]);
      await expect(target.submit(submission, noSignal)).rejects.toMatchObject({ code: 'path.refused' });
    }
    expect(await readdir(join(shop.dataDir, 'runs'))).toEqual([]);
  });

  it('refuses a run name that is no folder name of a run', async () => {
    const target = (await open()).target();
    for (const name of ['../x', '.staging-x', 'A', 'a/b', '']) {
      await expect(target.submit(submissionOf(name), noSignal)).rejects.toMatchObject({ code: 'spec.invalid' });
      await expect(target.events(name, noSignal)).rejects.toMatchObject({ code: 'run.notFound' });
    }
  });

  it('is the same run when it is submitted twice, even at once, and a conflict when it is another', async () => {
    const shop = await open({ notebook: 'sleep 0.3; result succeeded' });
    const [one, other] = [shop.target(), shop.target()];
    await Promise.all([one.submit(submissionOf('twin'), noSignal), other.submit(submissionOf('twin'), noSignal)]);
    const pid = await supervisorPid(shop.runDir('twin'));
    await other.submit(submissionOf('twin'), noSignal);
    expect(await supervisorPid(shop.runDir('twin'))).toBe(pid);
    const changed = submissionOf('twin', { parameters: { a: 1 } });
    await expect(one.submit(changed, noSignal)).rejects.toMatchObject({ code: 'run.conflict' });
    await untilFinished(one, 'twin');
    const types = (await other.events('twin', noSignal)).map(({ type }) => type);
    expect(types.filter((type) => type === 'submitted' || type === 'staging' || type === 'finished')).toHaveLength(3);
    expect(await readdir(join(shop.dataDir, 'runs'))).toEqual(['twin']);
  });

  it('leaves nothing behind when staging is cancelled or its source fails', async () => {
    const shop = await open();
    const target = shop.target();
    const stop = new AbortController();
    const slow = {
      path: 'slow',
      bytes: 2,
      open: async function* () {
        yield await Promise.resolve(Buffer.from('x'));
        stop.abort();
        yield Buffer.from('y');
      },
    };
    await expect(target.submit(submissionOf('stopped', {}, [slow]), stop.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    const broken = {
      path: 'broken',
      bytes: 2,
      open: async function* () {
        yield await Promise.resolve(Buffer.from('x'));
        throw Object.assign(new Error('the editor may not read it'), { code: 'EACCES' });
      },
    };
    await expect(target.submit(submissionOf('broken', {}, [broken]), noSignal)).rejects.toThrow('the editor may not');
    expect(await readdir(join(shop.dataDir, 'runs'))).toEqual([]);
  });

  it('says why a supervisor does not start, and leaves nothing behind', async () => {
    const shop = await open();
    const bad = join(shop.root, 'bad.mjs');
    await writeFile(bad, 'throw new Error("no such luck");');
    for (const [changes, words] of [
      [{ supervisorScript: bad }, 'no such luck'],
      [{ supervisorScript: join(shop.root, 'none.mjs') }, 'none.mjs'],
      [{ nodePath: join(shop.root, 'none') }, 'ENOENT'],
    ] as const) {
      const submission = submissionOf('unlucky');
      const failure = await shop
        .target(changes)
        .submit(submission, noSignal)
        .catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'supervisor.failed' });
      expect(String(failure)).toContain(words);
    }
    expect(await readdir(join(shop.dataDir, 'runs'))).toEqual([]);
  });

  it('reads events whatever else is in their file', async () => {
    const shop = await open();
    const target = shop.target();
    await target.submit(submissionOf('torn'), noSignal);
    await untilFinished(target, 'torn');
    const before = await target.events('torn', noSignal);
    const path = join(shop.runDir('torn'), 'events.jsonl');
    await appendFile(
      path,
      '{"type":"invented","time":1}\nnot json\n{"type":"queued","time":"x"}\n{"type":"finished","ti',
    );
    expect(await target.events('torn', noSignal)).toEqual(before);
    expect(await shop.target().events('torn', noSignal)).toEqual(before);
    await appendFile(path, 'me":5,"state":"failed"}\n');
    expect((await target.events('torn', noSignal)).at(-1)).toEqual({ type: 'finished', time: 5, state: 'failed' });
  });

  it('hands out artifacts and files of its folder only', async () => {
    const shop = await open({
      notebook: `echo '<p>' >"$SLIPWAY_OUTPUT/a_output.html"; mkdir "$SLIPWAY_OUTPUT/d"; printf abc >"$SLIPWAY_OUTPUT/d/中.txt"; result succeeded`,
    });
    const target = shop.target();
    await target.submit(submissionOf('files'), noSignal);
    await untilFinished(target, 'files');
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(await target.artifacts('files', noSignal)).toMatchObject([
      { path: 'output/a_output.html', role: 'report', bytes: 4, mediaType: 'text/html' },
      { path: 'output/d/中.txt', role: 'file', bytes: 3, mediaType: 'text/plain', sha256 },
    ]);
    const whole = await target.openFile('files', 'output/d/中.txt', undefined, noSignal);
    expect([whole.bytes, await textOf(whole)]).toEqual([3, 'abc']);
    const part = await target.openFile('files', 'output/d/中.txt', { start: 1, end: 99 }, noSignal);
    expect([part.bytes, await textOf(part)]).toEqual([3, 'bc']);
    await symlink('/etc/passwd', join(shop.runDir('files'), 'output', 'link'));
    for (const path of ['output/link', '../files/run.json', '/etc/passwd', 'output/../../x']) {
      await expect(target.openFile('files', path, undefined, noSignal)).rejects.toMatchObject({ code: 'path.refused' });
    }
    await expect(target.openFile('files', 'output/none', undefined, noSignal)).rejects.toMatchObject({
      code: 'artifact.notFound',
    });
    const index = { path: 'work/x.png', bytes: 1, sha256, mediaType: 'image/png', role: 'file' };
    const path = join(shop.runDir('files'), 'artifacts.json');
    await writeFile(path, JSON.stringify({ version: 1, artifacts: [index] }));
    expect(await target.artifacts('files', noSignal)).toEqual([index]);
    await writeFile(path, '{"version":1,"artif');
    expect(await target.artifacts('files', noSignal)).toHaveLength(2);
  });

  it('is deleted whole, but only when it has ended', async () => {
    const shop = await open({
      notebook:
        'mkdir "$SLIPWAY_RUN_DIR/work/sealed"; touch "$SLIPWAY_RUN_DIR/work/sealed/x"; chmod 500 "$SLIPWAY_RUN_DIR/work/sealed"; until [ -e "$SLIPWAY_RUN_DIR/go" ]; do sleep 0.05; done; result succeeded',
    });
    const target = shop.target();
    await target.submit(submissionOf('gone'), noSignal);
    await expect(target.delete('gone', noSignal)).rejects.toMatchObject({ code: 'run.conflict' });
    await writeFile(join(shop.runDir('gone'), 'go'), '');
    await untilFinished(target, 'gone');
    await target.delete('gone', noSignal);
    expect(await readdir(join(shop.dataDir, 'runs'))).toEqual([]);
    for (const use of [
      () => target.delete('gone', noSignal),
      () => target.events('gone', noSignal),
      () => target.runFile('gone', noSignal),
      () => target.readLog('gone', 'notebook', 0, 1, noSignal),
      () => target.cancel('gone', noSignal),
    ]) {
      await expect(use()).rejects.toMatchObject({ code: 'run.notFound' });
    }
  });

  it('is waited for when it is deleted while it is being cancelled', async () => {
    const shop = await open({ notebook: 'trap "sleep 0.5; exit 1" TERM; while :; do sleep 0.05; done' });
    const target = shop.target();
    await target.submit(submissionOf('stopping'), noSignal);
    await target.cancel('stopping', noSignal);
    await target.delete('stopping', noSignal);
    expect(await readdir(join(shop.dataDir, 'runs'))).toEqual([]);
  });

  it('gives back the run file, and lists the newest first', async () => {
    const shop = await open();
    const target = shop.target();
    const submissions = [submissionOf('one', { parameters: { n: [1, null, '$(x)'] } }), submissionOf('two')];
    for (const submission of submissions) {
      await target.submit(submission, noSignal);
      await untilFinished(target, submission.runFile.run);
    }
    expect(await target.runFile('one', noSignal)).toEqual(submissions[0]?.runFile);
    await mkdir(join(shop.dataDir, 'runs', '.staging-three-abc'));
    expect(await target.list(noSignal)).toEqual(['two', 'one']);
    await writeFile(join(shop.runDir('one'), 'run.json'), '{');
    await expect(target.runFile('one', noSignal)).rejects.toMatchObject({ code: 'artifact.unreadable' });
  });
});
