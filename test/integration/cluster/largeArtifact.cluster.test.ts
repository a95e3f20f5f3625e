import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { json } from '../cli/slipway.ts';
import { sized } from '../../sizes.ts';
import { startArtifactServer, type ArtifactServer } from '../core/artifactServer.ts';
import { ClusterMachine, context } from './clusterMachine.ts';
import { startDetached } from './detached.ts';

let ada: ClusterMachine;
let server: ArtifactServer;

const size = 5_000_000_000;
const marks = new Map([
  [0, 'the beginning'],
  [2_500_000_000, 'the middle'],
  [size - 7, 'the end'],
]);

/** Holes but for the marks, so that it takes no room on the node. */
const script = `import os, time
with open(os.environ["SLIPWAY_OUTPUT"] + "/large.bin", "wb") as file:
    file.truncate(${size})
${[...marks].map(([at, text]) => `    file.seek(${at}); file.write(b"${text}")\n`).join('')}
print("made", flush=True)
while not os.path.exists("/slipway/run/go"): time.sleep(0.2)
`;

beforeAll(async () => {
  // In memory: to read a hole of a disk's file fills the node's page cache with zeros, 3 s of a processor for each GiB.
  ada = await ClusterMachine.create('large-artifact', {
    volume: { kind: 'perRun', size: '64Mi', storageClassName: 'tiny' },
  });
  server = await startArtifactServer(ada.machine);
});

afterAll(async () => {
  await server.stop();
  await ada.dispose();
});

async function expectsMarks(run: string): Promise<void> {
  const place = { context, run, path: 'output/large.bin' };
  for (const [start, text] of marks) {
    const answer = await server.read(place, { start, end: start + text.length });
    expect(answer.status).toBe(206);
    expect(answer.contentRange).toBe(`bytes ${start}-${start + text.length - 1}/${size}`);
    expect(answer.head.toString()).toBe(text);
  }
  const outside = await server.read(place, { start: size, end: size + 1 });
  expect([outside.status, outside.contentRange]).toEqual([416, `bytes */${size}`]);
}

it('a file of 5 GB: any part of it comes while the pod lives and afterwards, and never the whole into memory', async () => {
  await ada.machine.write('make.py', script);
  const run = await startDetached(ada, ['--', 'python3', '-u', 'make.py']);
  await ada.until('the file is made', async () => {
    const { stdout } = await ada.typed(['logs', run, '--step', 'command']);
    return stdout.includes('made') ? true : undefined;
  });
  await expectsMarks(run);
  expect(await ada.field(`pod/${run}-run-pod`, '.status.phase'), 'by exec').toBe('Running');

  await writeFile(join(await ada.folderOf(run), 'go'), '');
  const watched = await ada.typed(['watch', run, '-o', 'json']);
  expect(watched.exitCode, watched.stdout + watched.stderr).toBe(0);
  const listed = json(watched).artifacts.find(({ path }) => path === 'output/large.bin');
  expect(listed).toMatchObject({ bytes: size, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });

  await expectsMarks(run);
  // Its status comes behind: it answers before the API server knows that it runs.
  await expect
    .poll(() => ada.field(`pod/${run}-reader`, '.status.phase'), { message: 'by the reader pod' })
    .toBe('Running');

  const before = server.mostBytes;
  const much = { start: 2_000_000_000, end: 2_000_000_000 + sized(700_000_000, 400_000_000) };
  const answer = await server.read({ context, run, path: 'output/large.bin' }, much);
  expect(answer.bytes).toBe(much.end - much.start);
  // What the collector of garbage leaves for later; it does not become more with more bytes.
  expect(server.mostBytes - before).toBeLessThan(300e6);
});
