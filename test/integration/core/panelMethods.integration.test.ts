import { afterAll, beforeAll, expect, it } from 'vitest';
import { json, Machine, notebook, testPython } from '../cli/slipway.ts';
import { startCore } from './coreProcess.ts';

const never = new AbortController().signal;
let machine: Machine;
beforeAll(async () => {
  machine = await Machine.create();
});
afterAll(async () => {
  await machine.dispose();
});

it('a core tells what a run was asked to do, counts the lines of its log and finds those with a text', async () => {
  const source = 'for line in range(3000): print(f"row {line} \\x1b[32mnee\\x1b[0mdle" if line % 1000 == 7 else "hay")';
  await machine.write('rows.ipynb', notebook(['n = 1', source]));
  await machine.write('slipway.yaml', 'notebook: rows.ipynb\nparameters:\n  n: 5\nenv:\n  WHERE: here\n');
  const { run } = json(await machine.slipway(['run', '-o', 'json', '--python', testPython()]));
  const core = await startCore(machine.environment);
  try {
    const { spec } = await core.client.request('runs/spec', { run }, never);
    expect(spec).toMatchObject({ notebook: 'rows.ipynb', parameters: { n: 5 }, env: { WHERE: 'here' } });

    const tail = await core.client.request('logs/tail', { run, lines: 10 }, never);
    const counted = await core.client.request('logs/scan', { run, position: '', until: tail.next }, never);
    const found = await core.client.request('logs/scan', { run, position: '', find: 'NEEDLE' }, never);
    expect(found).toMatchObject({ lines: counted.lines, bytes: counted.bytes, end: true });
    expect(found.matches).toHaveLength(3);
    const [first = 0, second = 0, third = 0] = found.matches;
    expect([second - first, third - second]).toEqual([1000, 1000]);

    let text = '';
    for (let position = ''; ;) {
      const page = await core.client.request('logs/read', { run, position }, never);
      text += page.batches.map(({ data }) => data).join('');
      position = page.next;
      if (page.end) break;
    }
    expect(text.split('\n')[first]).toContain('row 7 ');
    expect(counted.lines).toBe(text.split('\n').length - 1);
  } finally {
    await core.stop();
  }
});
