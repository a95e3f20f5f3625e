import type { Run } from '../../protocol/index.ts';
import type { CliIo, Disposable } from '../io.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { LiveRegion } from '../terminal/liveRegion.ts';
import type { Output } from '../terminal/output.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { describeChanges } from './changes.ts';
import { runLines, spinnerFrame } from './runView.ts';

/** Shows one run while it goes on. */
export interface RunPresenter extends Disposable {
  show(run: Run): void;
  /** Says something that is true until the run ends. */
  notice(text: string): void;
  /** Says that news do not arrive; undefined when they do again. */
  connection(text: string | undefined): void;
  /** Shows the run for the last time; what was shown stays. */
  finish(run: Run): void;
  /** Stops showing it, before its end. */
  dispose(): void;
}

const tickMs = 100;

export interface PresenterOptions {
  readonly io: CliIo;
  readonly output: Output;
  readonly formatClock: (time: number) => string;
}

/** In place, with a spinner. With `keep` false nothing is left of it at the end. */
export function createLivePresenter({ io, output }: PresenterOptions, keep: boolean): RunPresenter {
  const region = new LiveRegion(output, io);
  let tick = 0;
  let shown: Run | undefined;
  let message: string | undefined;
  let silence: string | undefined;
  const lines = (run: Run): Line[] => [
    ...runLines(run, { now: io.now(), width: io.columns(), tick }),
    ...[silence, message].flatMap((text): Line[] => (text === undefined ? [] : [[toned('warn', text)]])),
  ];
  const paint = (): void => {
    if (shown !== undefined) region.update(lines(shown));
  };
  const subscriptions = [
    io.every(tickMs, () => {
      tick += 1;
      paint();
    }),
    io.onResize(() => {
      if (shown !== undefined) region.repaint(lines(shown));
    }),
  ];
  const stop = (): void => {
    for (const subscription of subscriptions.splice(0)) subscription.dispose();
  };
  return {
    show: (run) => {
      shown = run;
      paint();
    },
    notice: (text) => {
      message = text;
      paint();
    },
    connection: (text) => {
      silence = text;
      paint();
    },
    finish: (run) => {
      stop();
      message = undefined;
      silence = undefined;
      shown = run;
      paint();
      if (keep) region.finish();
      else region.clear();
    },
    dispose: () => {
      stop();
      if (keep) region.finish();
      else region.clear();
    },
  };
}

/** A line a change, with its time. */
export function createPlainPresenter({ io, output, formatClock }: PresenterOptions): RunPresenter {
  let last: Run | undefined;
  const show = (run: Run): void => {
    const changes = describeChanges(last, run, io.now());
    last = run;
    output.writeLines(changes.map(({ time, text }) => [toned('dim', `${formatClock(time)} `), plain(text)]));
  };
  return {
    show,
    notice: (text) => {
      output.writeLines([[plain(`${formatClock(io.now())} ${text}`)]]);
    },
    connection: (text) => {
      output.writeLines([[plain(`${formatClock(io.now())} ${text ?? 'the cluster answers again'}`)]]);
    },
    finish: show,
    dispose: () => undefined,
  };
}

/** Shows nothing but what the person must know, on the error output. */
export function createSilentPresenter({ output }: PresenterOptions): RunPresenter {
  return {
    show: () => undefined,
    notice: (text) => {
      output.writeLines([[plain(text)]]);
    },
    connection: (text) => {
      output.writeLines([[plain(text ?? 'the cluster answers again')]]);
    },
    finish: () => undefined,
    dispose: () => undefined,
  };
}

/** A spinner with a few words for work that is no run yet; gone when it is disposed of. */
export function createActivity({ io, output }: Omit<PresenterOptions, 'formatClock'>, paint: boolean): Activity {
  if (!paint) return { say: () => undefined, pause: () => undefined, dispose: () => undefined };
  const region = new LiveRegion(output, io);
  let tick = 0;
  let text = '';
  const draw = (): void => {
    if (text !== '') region.update([[toned('accent', spinnerFrame(tick)), plain(` ${text}`)]]);
  };
  const timer = io.every(tickMs, () => {
    tick += 1;
    draw();
  });
  return {
    say: (next) => {
      text = oneLine(next);
      draw();
    },
    pause: () => {
      text = '';
      region.clear();
    },
    dispose: () => {
      text = '';
      timer.dispose();
      region.clear();
    },
  };
}

export interface Activity extends Disposable {
  say(text: string): void;
  /** Is gone until it says something again. */
  pause(): void;
}
