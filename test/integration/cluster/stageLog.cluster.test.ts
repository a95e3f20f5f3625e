import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { json } from '../cli/slipway.ts';
import { ClusterMachine } from './clusterMachine.ts';
import { datasetReasons } from './datasetStep.ts';
import { HubServer } from './hubServer.ts';
import { S3Server } from './s3Server.ts';

let ada: ClusterMachine;

beforeAll(async () => {
  ada = await ClusterMachine.create('stage');
});

afterAll(async () => {
  await ada.dispose();
});

it('the log of the stage is followed while its pod runs, then that of the run in another pod', async () => {
  const { files, git } = ada.cluster.services;
  // Long enough to be seen on its way.
  const url = `${files}/~slow=200000/data/1500000`;
  const spec = `command: [python3, lines.py]\ndataset:\n  url: ${url}\nrepository:\n  url: ${git}/public/examples.git\n`;
  await ada.machine.write('slipway.yaml', spec);
  const lines = [
    'import os, time\nprint("bytes", os.path.getsize(os.environ["SLIPWAY_DATASET"]))',
    'for i in range(25):',
    '    print(f"line {i:02d}", flush=True)',
    // However late what is printed comes to whoever follows.
    '    while i == 12 and not os.path.exists("/tmp/go"): time.sleep(0.1)',
  ];
  await ada.machine.write('lines.py', lines.join('\n'));
  const started = ada.start(['run']);
  await started.until(/dataset started/);
  const [, run = ''] = /^run +(\S+)$/m.exec(started.output()) ?? [];
  const following = ada.start(['logs', run, '-f']);
  await following.until(/^\[dataset\] downloading: .* of 1\.5 MB/m);
  expect(await ada.field(`pod/${run}-stage-pod`, '.status.phase'), 'while it is fetched').toBe('Running');
  expect(started.output()).not.toContain('dataset done');

  await started.until(/dataset done/);
  await started.until(/clone done/);
  await following.until(/^\[command\] line 00/m);
  expect(following.output()).not.toContain('line 24');
  await ada.exec(`${run}-run-pod`, 'step-command', 'touch', '/tmp/go');

  const [ended, followed] = await Promise.all([started.ended, following.ended]);
  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
  expect(followed.exitCode, followed.stderr).toBe(0);
  expect(followed.stdout).toMatch(/^\[command\] bytes 1500000$/m);
  const shownLines = [...followed.stdout.matchAll(/^\[command\] line (\d\d)$/gm)].map((match) => Number(match[1]));
  expect(shownLines).toEqual(Array.from({ length: 25 }, (_, line) => line));
  const order = ['dataset', 'clone', 'prepare', 'command'].map((step) => followed.stdout.indexOf(`[${step}] `));
  expect(
    order.every((at) => at >= 0),
    followed.stdout,
  ).toBe(true);
  expect(order).toEqual(order.toSorted((a, b) => a - b));

  // Each step's own log is what was followed.
  const result = json(await ada.typed(['watch', run, '-o', 'json']));
  expect(result.steps.slice(0, 3).map(({ name, state }) => [name, state])).toEqual([
    ['dataset', 'succeeded'],
    ['clone', 'succeeded'],
    ['prepare', 'succeeded'],
  ]);
  for (const step of ['dataset', 'clone']) {
    const { stdout } = await ada.typed(['logs', run, '--step', step]);
    const shown = followed.stdout.split('\n').filter((line) => line.startsWith(`[${step}] `));
    expect(shown.map((line) => line.slice(step.length + 3))).toEqual(stdout.trimEnd().split('\n'));
  }
});

const files = { 'cells 1+ü.csv': 'one,two\n', 'deep/cells.csv': 'three\n' };
const list = `
import os
root = os.environ["SLIPWAY_DATASET"]
for folder, _, names in sorted(os.walk(root)):
    for name in sorted(names):
        path = os.path.join(folder, name)
        print("file", os.path.relpath(path, root), open(path).read().strip(), flush=True)
print("seen", [name for name in os.environ if "CREDENTIALS" in name], os.path.exists("/slipway/dataset-credentials"))
`;
const shown = ['file cells 1+ü.csv one,two', 'file deep/cells.csv three', 'seen [] False'];

/** Runs a job with a dataset; how it ended, and what its steps said. */
async function runWith(folder: string, dataset: object) {
  const spec = { name: folder, command: ['python3', '-c', list], dataset };
  await ada.machine.write(`${folder}/slipway.yaml`, JSON.stringify(spec));
  const ended = await ada.typed(['run', '-o', 'json'], { cwd: join(ada.machine.work, folder) });
  const result = json(ended);
  const { stdout } = await ada.typed(['logs', result.run]);
  return { state: result.state, log: stdout };
}

it('datasets come from a bucket and from the Hugging Face Hub with the keys of Secrets, which no other step sees', async () => {
  const { nodeAddress } = ada.cluster;
  const [s3, hub] = await Promise.all([S3Server.start(ada.cluster), HubServer.start(nodeAddress, files)]);
  try {
    await s3.fill('data', Object.fromEntries(Object.entries(files).map(([path, text]) => [`pbmc/${path}`, text])));
    const literal = (values: object) => Object.entries(values).map(([key, value]) => `--from-literal=${key}=${value}`);
    await ada.kubectl('create', 'secret', 'generic', 'bucket-ada', ...literal(s3.keys));
    await ada.kubectl('create', 'secret', 'generic', 'hub-ada', ...literal({ token: hub.token }));
    const bucket = { url: 's3://data/pbmc/', endpoint: s3.url, region: s3.region, secret: 'bucket-ada' };
    const [fromBucket, fromHub] = await Promise.all([
      runWith('from-bucket', bucket),
      runWith('from-hub', { url: 'hf://datasets/lab/pbmc', endpoint: hub.url, secret: 'hub-ada' }),
    ]);
    for (const { state, log } of [fromBucket, fromHub]) {
      expect(state, log).toBe('succeeded');
      for (const line of shown) expect(log).toContain(line);
    }
    expect(fromHub.log).toContain(`lab/pbmc at main is commit ${hub.commit}`);
    expect(hub.askedElsewhere.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
    for (const secret of [s3.keys.AWS_SECRET_ACCESS_KEY, hub.token]) {
      expect(fromBucket.log + fromHub.log).not.toContain(secret);
    }
    const object = { ...bucket, url: 's3://data/pbmc/deep/cells.csv' };
    const anybody = { ...object, secret: undefined };
    const reasons = await datasetReasons([
      [object, s3.keys],
      [anybody, {}],
      [{ ...object, url: 's3://data/none' }, s3.keys],
      [{ ...object, url: 's3://nowhere/none' }, s3.keys],
      [{ ...object, region: 'eu-other' }, s3.keys],
      [object, { ...s3.keys, AWS_ACCESS_KEY_ID: 'eve' }],
      [object, { ...s3.keys, AWS_SECRET_ACCESS_KEY: 'guessed' }],
    ]);
    expect(reasons).toEqual([
      'succeeded',
      expect.stringContaining('name a Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY as dataset.secret'),
      expect.stringContaining('the bucket data has no such object'),
      expect.stringContaining('there is no bucket nowhere'),
      expect.stringContaining('the bucket lies in the region eu-test, not eu-other'),
      expect.stringContaining('AWS_ACCESS_KEY_ID of the Secret bucket-ada is not known there'),
      expect.stringContaining(
        'AWS_SECRET_ACCESS_KEY of the Secret bucket-ada does not belong to its AWS_ACCESS_KEY_ID',
      ),
    ]);
  } finally {
    await Promise.all([s3.dispose(), hub.dispose()]);
  }
});

it('a dataset of a Secret that is not there is not sent', async () => {
  const dataset = { url: 's3://data/pbmc/', secret: 'nobody' };
  await ada.machine.write('missing/slipway.yaml', JSON.stringify({ command: ['true'], dataset }));
  const ended = await ada.typed(['run'], { cwd: join(ada.machine.work, 'missing') });
  expect(ended.exitCode).not.toBe(0);
  expect(ended.stderr).toContain(`There is no Secret "nobody" in the space ${ada.namespace}.`);
});

it('a data set with another checksum and a private repository without a login fail in words, and nothing runs', async () => {
  const { files: server, git } = ada.cluster.services;
  const sha256 = (await (await fetch(`${server}/sha256/1000`)).text()).trim();
  const spec = {
    command: ['echo', 'never'],
    dataset: { url: `${server}/~corrupt/data/1000`, sha256 },
    repository: { url: `${git}/private/examples.git` },
  };
  await ada.machine.write('refused/slipway.yaml', JSON.stringify(spec));
  const ended = await ada.typed(['run', '-o', 'json'], { cwd: join(ada.machine.work, 'refused') });
  expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
  const result = json(ended);
  const reasons = Object.fromEntries(result.steps.map(({ name, state, reason }) => [name, `${state}: ${reason}`]));
  expect(reasons.dataset).toMatch(
    new RegExp(`^failed: the sha256 of 1000 is [0-9a-f]{64}, not the expected ${sha256}$`),
  );
  expect(reasons.clone).toMatch(
    /^failed: .*private\/examples\.git could not be cloned: it wants a login: name a Secret with the credentials/,
  );
  expect(reasons.command).toMatch(/^skipped: /);
  const { stdout } = await ada.typed(['logs', result.run]);
  expect(stdout).toContain('it wants a login');
  expect(stdout).not.toContain('never');
});
