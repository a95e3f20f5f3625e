import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  logText,
  noSignal,
  processesLeft,
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

async function open(...args: Parameters<typeof Workshop.open>): Promise<Workshop> {
  workshop = await Workshop.open(...args);
  return workshop;
}

/** A child that ignores TERM, one in a session of its own whose parent has gone, and one that starts another on TERM. */
const stubborn = `
  (trap '' TERM; while :; do sleep 0.2; done) &
  setsid bash -c 'sleep 1000 & disown; exit'
  bash -c 'trap "setsid sleep 1001 & exit" TERM; while :; do sleep 0.1; done' &
`;

const atWork = (shop: Workshop, run: string, least: number) =>
  until(`${least} processes`, () => processesLeft(shop.runDir(run)).length >= least || undefined);

describe('cancelling a run', () => {
  it('ends every process, marks what did not run, and lists what is there', async () => {
    const shop = await open({
      notebook: `${stubborn}
        echo partial >"$SLIPWAY_OUTPUT/partial.txt"
        sleep 1000; result succeeded`,
      collect: 'echo "cancelled=$SLIPWAY_CANCELLED"; result succeeded cancelled',
    });
    const target = shop.target();
    await target.submit(
      submissionOf('stop', { steps: ['prepare', 'notebook', 'report', 'test', 'collect'] }),
      noSignal,
    );
    await atWork(shop, 'stop', 6);
    await target.cancel('stop', noSignal);
    await target.cancel('stop', noSignal);
    expect(await untilFinished(target, 'stop')).toMatchObject({ state: 'cancelled', reason: 'cancelled on request' });
    expect(processesLeft(shop.runDir('stop'))).toEqual([]);
    const events = await target.events('stop', noSignal);
    const after = events.slice(events.findIndex(({ type }) => type === 'cancelRequested'));
    expect(
      after.map((event) =>
        [event.type, 'step' in event ? event.step : '', 'state' in event ? event.state : ''].join(' ').trim(),
      ),
    ).toEqual([
      'cancelRequested',
      'stepFinished notebook cancelled',
      'stepFinished report cancelled',
      'stepFinished test cancelled',
      'stepStarted collect',
      'stepFinished collect succeeded',
      'finished  cancelled',
    ]);
    expect(await logText(target, 'stop', 'collect')).toBe('cancelled=1\n');
    expect(await target.artifacts('stop', noSignal)).toMatchObject([{ path: 'output/partial.txt' }]);
    await target.cancel('stop', noSignal);
    expect((await target.events('stop', noSignal)).length).toBe(events.length);
  });

  it('lets a step end by itself within the grace period', async () => {
    const shop = await open({
      notebook: `trap 'echo told; sleep 0.2; echo done; result failed "" 143; exit 143' TERM
        echo ready; while :; do sleep 0.05; done`,
    });
    const target = shop.target({ cancelGraceMs: 10_000 });
    await target.submit(submissionOf('polite'), noSignal);
    await until('ready', async () => (await logText(target, 'polite', 'notebook')).includes('ready') || undefined);
    await target.cancel('polite', noSignal);
    await untilFinished(target, 'polite');
    expect(await logText(target, 'polite', 'notebook')).toMatch(/told\n(.*\n)*done\n$/);
  });

  it('does not wait for ever for a collect that hangs', async () => {
    const shop = await open({ notebook: 'sleep 1000', collect: 'sleep 1000' });
    const target = shop.target({ cancelledCollectMs: 300 });
    await target.submit(submissionOf('hang'), noSignal);
    await untilEvent(target, 'hang', (event) => event.type === 'stepStarted' && event.step === 'notebook');
    await target.cancel('hang', noSignal);
    expect(await untilFinished(target, 'hang')).toMatchObject({ state: 'cancelled' });
    expect(processesLeft(shop.runDir('hang'))).toEqual([]);
  });

  it('happens also when it is the machine that ends the supervisor', async () => {
    const shop = await open({ notebook: 'sleep 1000' });
    const target = shop.target();
    await target.submit(submissionOf('shutdown'), noSignal);
    await atWork(shop, 'shutdown', 1);
    const pid = await supervisorPid(shop.runDir('shutdown'));
    // A closed terminal and Ctrl-C are not for it.
    process.kill(pid, 'SIGHUP');
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGTERM');
    expect(await untilFinished(target, 'shutdown')).toMatchObject({
      state: 'cancelled',
      reason: 'the machine shut down or ended its programs',
    });
    expect(processesLeft(shop.runDir('shutdown'))).toEqual([]);
  });

  it('ends a run that has not had the time to begin', async () => {
    const shop = await open({ prepare: 'sleep 1000' });
    const target = shop.target();
    await target.submit(submissionOf('early'), noSignal);
    await target.cancel('early', noSignal);
    expect(await untilFinished(target, 'early')).toMatchObject({ state: 'cancelled' });
  });
});

describe('a step that has ended', () => {
  it('leaves no process behind, and everything that those wrote is in its log', async () => {
    const shop = await open({ notebook: `${stubborn} echo started; result succeeded` });
    const target = shop.target();
    await target.submit(submissionOf('messy'), noSignal);
    expect(await untilFinished(target, 'messy')).toMatchObject({ state: 'succeeded' });
    expect(processesLeft(shop.runDir('messy'))).toEqual([]);
    expect(await readFile(join(shop.runDir('messy'), 'logs', 'notebook.log'), 'utf8')).toContain('started\n');
  });
});
