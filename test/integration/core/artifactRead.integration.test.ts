import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { terminalStates } from '../../../shared/src/protocol/index.ts';
import { Machine, notebook, testPython } from '../cli/slipway.ts';
import { startCore, type CoreProcess } from './coreProcess.ts';

const never = new AbortController().signal;
const mebibyte = 1_048_576;
/** Bytes of the large file: more than one answer may hold. */
const size = mebibyte + 1_000;
const table = Buffer.from(Array.from({ length: size }, (_, index) => index % 251));

let machine: Machine;
let core: CoreProcess;
let run: string;

/** A run that leaves files of every kind, and goes on with one of them when the file `go-1` is there, with another by `go-2`. */
const source = (folder: string): string => `
import os, time
open("table.bin", "wb").write(bytes(index % 251 for index in range(${size})))
open("empty.txt", "w").close()
os.mkdir("inner")
open("inner/naïve 表.txt", "w").write("named")
os.symlink("table.bin", "inside.bin")
os.symlink("/etc/passwd", "passwd")
os.symlink("/etc", "etc")
os.symlink("round", "round")
os.mkfifo("pipe")
growing = {number: open(f"growing-{number}.txt", "w") for number in (1, 2)}
for file in growing.values():
    file.write("first,")
    file.flush()
open("ready", "w").close()
for number, file in growing.items():
    while not os.path.exists(os.path.join(${JSON.stringify(folder)}, f"go-{number}")): time.sleep(0.05)
    file.write("second")
    file.close()
`;

beforeAll(async () => {
  machine = await Machine.create();
  await machine.write('files.ipynb', notebook([source(machine.folder)]));
  core = await startCore(machine.environment);
  const started = await core.client.request(
    'runs/submit',
    {
      context: 'local',
      folder: { kind: 'disk', path: machine.work },
      spec: { notebook: 'files.ipynb', python: testPython(), tests: false, files: { include: [] } },
    },
    never,
  );
  run = started.name;
  await vi.waitFor(() => read('work/ready'), { timeout: 180_000, interval: 200 });
});
afterAll(async () => {
  for (const number of [1, 2]) await writeFile(join(machine.folder, `go-${number}`), '');
  // As long as it goes on it writes into the folder that is to be removed.
  await vi.waitFor(
    async () => {
      const { state } = await core.client.request('runs/get', { run }, never);
      if (!terminalStates.has(state)) throw new Error(`${run} is ${state}`);
    },
    { timeout: 120_000, interval: 200 },
  );
  await core.stop();
  await machine.dispose();
});

async function read(path: string, offset = 0, length = mebibyte): Promise<{ content: Buffer; bytes: number }> {
  const { data, bytes } = await core.client.request('artifacts/read', { run, path, offset, length }, never);
  return { content: Buffer.from(data, 'base64'), bytes };
}

describe('reading pieces of what a run leaves', () => {
  it.each([
    ['the beginning', 0, 10],
    ['one byte', 250, 1],
    ['as much as one answer may hold', 0, mebibyte],
    ['the rest beyond that', mebibyte, mebibyte],
    ['the last byte', size - 1, 5],
    ['nothing at the end', size, 5],
    ['nothing far beyond the end', Number.MAX_SAFE_INTEGER - mebibyte, mebibyte],
  ])('gives %s', async (_, offset, length) => {
    const { content, bytes } = await read('work/table.bin', offset, length);
    expect(bytes).toBe(size);
    expect(content.equals(table.subarray(offset, offset + length))).toBe(true);
  });

  it('gives an empty file, one with a name of any letters, and one behind a link that stays inside', async () => {
    expect(await read('work/empty.txt')).toEqual({ content: Buffer.alloc(0), bytes: 0 });
    expect((await read('work/inner/naïve 表.txt')).content.toString()).toBe('named');
    expect((await read('work/inside.bin', 7, 3)).content).toEqual(table.subarray(7, 10));
  });

  it.each([
    ['work/passwd', 'path.refused'],
    ['work/etc/passwd', 'path.refused'],
    ['work/../../../../../../../../etc/passwd', 'path.refused'],
    ['/etc/passwd', 'path.refused'],
    ['work/table.bin\0.txt', 'path.refused'],
    ['work/round', 'artifact.notFound'],
    ['work/pipe', 'artifact.notFound'],
    ['work/inner', 'artifact.notFound'],
    ['work/missing.txt', 'artifact.notFound'],
  ])('refuses %j: %s', async (path, code) => {
    await expect(read(path)).rejects.toMatchObject({ code });
  });

  it.each([
    { path: 'work/table.bin', offset: -1, length: 1 },
    { path: 'work/table.bin', offset: 0.5, length: 1 },
    { path: 'work/table.bin', offset: 0, length: 0 },
    { path: 'work/table.bin', offset: 0, length: mebibyte + 1 },
    { path: '', offset: 0, length: 1 },
  ])('refuses what is no piece of a file: $offset + $length of "$path"', async (piece) => {
    const answer = core.client.request('artifacts/read', { run, ...piece }, never);
    await expect(answer).rejects.toMatchObject({ code: 'protocol.invalid' });
  });

  it('says that there is no such run', async () => {
    const asked = { run: 'nobody-0000', path: 'work/table.bin', offset: 0, length: 1 };
    await expect(core.client.request('artifacts/read', asked, never)).rejects.toMatchObject({ code: 'run.notFound' });
  });

  let tries = 0;
  it('goes on with a file that grows from where it was left', async () => {
    const number = (tries += 1);
    const path = `work/growing-${number}.txt`;
    const first = await read(path);
    expect(first.content.toString()).toBe('first,');
    expect((await read(path, first.bytes)).content.length).toBe(0);
    await writeFile(join(machine.folder, `go-${number}`), '');
    const rest = async () => (await read(path, first.bytes)).content.toString();
    await expect.poll(rest, { timeout: 120_000 }).toBe('second');
    expect((await read(path)).bytes).toBe('first,second'.length);
  });
});
